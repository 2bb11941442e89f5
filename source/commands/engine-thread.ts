/** Where the engine's thread begins: a cache of what is compiled is opened before anything large is loaded, as in `cli.tsx`. */
import {enableCompileCache} from 'node:module';

enableCompileCache();
await import('./engine-in-thread.ts');
