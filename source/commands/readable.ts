/** Why a file can't be read or written, in words, before anything long is begun. */
import {constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import {UsageError} from './options.ts';

/** Throws `UsageError` for a recording that isn't there, or may not be read. */
export async function refuseUnreadable(path: string): Promise<void> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new UsageError(`${path} is a folder: name the recording in it`);
    await access(path, constants.R_OK);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`the recording ${path} can’t be read: ${systemWords(error)}`);
  }
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full for this user',
  ENOTDIR: 'a part of its path is no folder',
  ENAMETOOLONG: 'its name is too long',
};

/** The system's own errors in words. */
export function systemWords(error: unknown): string {
  const {code = '', message} = error as NodeJS.ErrnoException;
  return systemReasons[code] ?? message;
}
