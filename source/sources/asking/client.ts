/** A server's client is an optional package: it is loaded when a source needs it, and else named in one line. */
import {SourceError} from './failure.ts';

/** Throws `SourceError` where the package isn't installed. */
export async function loadClient<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new SourceError(`it needs the package ${name}: run “npm install ${name}” where microscale is installed`, {cause: error});
  }
}
