/** The calls that are the same for every container. What is so already counts as done. */
import type Docker from 'dockerode';
import {statusOf} from './recipe.ts';

export async function startContainer(docker: Docker, id: string): Promise<void> {
  await docker.getContainer(id).start().catch(ignore(304));
}

/** Answers when it has stopped, after the grace that the container was made with. */
export async function stopContainer(docker: Docker, id: string): Promise<void> {
  await docker.getContainer(id).stop().catch(ignore(304, 404));
}

/** A kernel may fail to freeze processes that are just being made; the next try finds them. */
const freezeTries = 4;

/** Pauses it where it is. An engine that finds it paused already says 409. */
export async function freezeContainer(docker: Docker, id: string): Promise<void> {
  for (let left = freezeTries; ; left--) {
    try {
      return void (await docker.getContainer(id).pause());
    } catch (error) {
      const message = messageOf(error);
      if (/already paused/.test(message)) return;
      if (left === 1 || !/unable to freeze/.test(message)) throw error;
    }
  }
}

export async function thawContainer(docker: Docker, id: string): Promise<void> {
  await docker
    .getContainer(id)
    .unpause()
    .catch((error: unknown) => {
      if (!/not paused/.test(messageOf(error))) throw error;
    });
}

/** The least that the kernel knows. */
export const leastShares = 2;

/** For one that is paused. The engine lets a paused one go on as it tells it to stop; one that doesn't must be let go on first. */
export async function endContainer(docker: Docker, id: string): Promise<void> {
  try {
    await stopContainer(docker, id);
  } catch (error) {
    if (!/paused/i.test(messageOf(error))) throw error;
    await thawContainer(docker, id);
    await stopContainer(docker, id);
  }
}

/** Cosmetic beside all else: an engine that can't is no reason not to go on. */
export async function shareCpu(docker: Docker, id: string, shares: number): Promise<void> {
  await docker
    .getContainer(id)
    .update({CpuShares: shares})
    .catch(() => {});
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** With its anonymous volumes. */
export async function removeContainer(docker: Docker, id: string): Promise<void> {
  await docker.getContainer(id).remove({v: true, force: true}).catch(ignore(404, 409));
}

function ignore(...statuses: readonly number[]): (error: unknown) => void {
  return error => {
    if (!statuses.includes(statusOf(error) ?? 0)) throw error;
  };
}
