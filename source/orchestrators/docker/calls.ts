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

/** With its anonymous volumes. */
export async function removeContainer(docker: Docker, id: string): Promise<void> {
  await docker.getContainer(id).remove({v: true, force: true}).catch(ignore(404, 409));
}

function ignore(...statuses: readonly number[]): (error: unknown) => void {
  return error => {
    if (!statuses.includes(statusOf(error) ?? 0)) throw error;
  };
}
