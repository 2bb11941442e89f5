/** Bundles the program into dist/: few files, so that it starts quickly and needs no node_modules. */
import {chmod, readFile, rm} from 'node:fs/promises';
import {resolve} from 'node:path';
import {build, context, type BuildOptions} from 'esbuild';

const {version, engines, peerDependencies} = JSON.parse(await readFile('package.json', 'utf8')) as {
  version: string;
  engines: {node: string};
  peerDependencies: Record<string, string>;
};

/**
 * What dockerode brings along and microscale never reaches: its own ssh client (connections go through the ssh command),
 * and the image builder's gRPC session. Left out, the program starts in half the time.
 */
const unreached = /^\.\/(ssh|session|buildkit)$/;

/** What Ink does anew for every frame, made quicker without changing what comes of it: see source/console/quicker. */
const quicker: readonly {readonly itself: string; readonly module: RegExp; readonly from: RegExp; readonly instead: string}[] = [
  {itself: 'string-width-itself', module: /^string-width$/, from: /./, instead: 'source/console/quicker/string-width.ts'},
  {
    itself: 'ink-output-itself',
    module: /^\.\/output\.js$/,
    from: /[\\/]ink[\\/]build[\\/]renderer\.js$/,
    instead: 'source/console/quicker/row-output.ts',
  },
  {
    itself: 'ink-line-update-itself',
    module: /^\.\/line-update\.js$/,
    from: /[\\/]ink[\\/]build[\\/]log-update\.js$/,
    instead: 'source/console/quicker/line-update.ts',
  },
];

/** All but what is started. */
const shared: BuildOptions = {
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  jsx: 'automatic',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.MICROSCALE_VERSION': JSON.stringify(version),
    // Ink's own switch for React's developer tools.
    'process.env.DEV': '"false"',
  },
  // The clients of servers stay outside: they are loaded, where they are installed, by whoever uses them.
  external: ['react-devtools-core', ...Object.keys(peerDependencies)],
  banner: {js: "import {createRequire as microscaleRequire} from 'node:module';const require=microscaleRequire(import.meta.url);"},
  plugins: [
    {
      name: 'quicker',
      setup(build) {
        for (const {itself, module, from, instead} of quicker) {
          let real = '';
          build.onResolve({filter: module}, async ({path, importer, resolveDir, pluginData}) => {
            if (pluginData === itself || !from.test(importer) || importer.includes('quicker')) return null;
            real = (await build.resolve(path, {resolveDir, importer, kind: 'import-statement', pluginData: itself})).path;
            return {path: resolve(instead)};
          });
          build.onResolve({filter: new RegExp(`^${itself}$`)}, () => ({path: real}));
        }
      },
    },
    {
      // What meow does to the package.json of a program that asks it for that, and loads for it: a third of its start.
      name: 'meow-alone',
      setup(build) {
        build.onLoad({filter: /[\\/]meow[\\/]build[\\/]dependencies\.js$/}, async ({path}) => {
          let contents = await readFile(path, 'utf8');
          for (const needless of ['var normalizeExports = requireNormalize();', 'promisify(execFile);']) {
            if (!contents.includes(needless)) throw new Error(`meow has no “${needless}” any more: see build.ts`);
            contents = contents.replace(needless, needless.startsWith('var') ? 'var normalizeExports;' : '');
          }
          return {contents};
        });
      },
    },
    {
      // Importing all of node:http loads the whole of fetch and WebSocket with it: 45 ms and 13 MB, in each thread. Required, it doesn't.
      name: 'http-alone',
      setup(build) {
        build.onResolve({filter: /^(node:)?http$/}, ({kind, namespace}) =>
          kind === 'import-statement' && namespace !== 'http-alone' ? {path: 'http', namespace: 'http-alone'} : null,
        );
        build.onLoad({filter: /.*/, namespace: 'http-alone'}, () => ({
          contents: "module.exports = process.getBuiltinModule('node:http');",
          loader: 'js',
        }));
      },
    },
    {
      // The layout's WebAssembly is in the bundle as text: it is decoded, and not “fetched”, for the same reason.
      name: 'layout-without-fetch',
      setup(build) {
        build.onLoad({filter: /[\\/]yoga-wasm-base64-esm\.js$/}, async ({path}) => ({
          contents: `const fetch = undefined;\n${await readFile(path, 'utf8')}`,
          loader: 'js',
        }));
      },
    },
    {
      // What a report has inside it: text, so that dist/ needs no file beside it.
      name: 'raw',
      setup(build) {
        build.onResolve({filter: /\?raw$/}, async ({path, importer, resolveDir}) => {
          const found = await build.resolve(path.slice(0, -'?raw'.length), {resolveDir, importer, kind: 'import-statement'});
          return {path: found.path, namespace: 'raw', errors: found.errors};
        });
        build.onLoad({filter: /.*/, namespace: 'raw'}, async ({path}) => ({
          contents: await readFile(path, 'utf8'),
          loader: 'text',
          watchFiles: [path],
        }));
      },
    },
    {
      name: 'leave-out',
      setup(build) {
        // Ink's cursor would be shown again on standard error as the program ends, also where that is a file.
        build.onResolve({filter: /^restore-cursor$/}, ({path}) => ({path, namespace: 'left-to-us'}));
        build.onLoad({filter: /.*/, namespace: 'left-to-us'}, () => ({contents: 'export default () => {};', loader: 'js'}));
        build.onResolve({filter: unreached}, ({path, importer}) =>
          /[\\/](dockerode|docker-modem)[\\/]/.test(importer) ? {path, namespace: 'left-out'} : null,
        );
        build.onLoad({filter: /.*/, namespace: 'left-out'}, ({path}) => ({
          contents: `module.exports = () => { throw new Error('${path} is left out of the bundle'); };`,
          loader: 'js',
        }));
      },
    },
  ],
  logLevel: 'warning',
};

/** The commands, each of which loads what it needs. */
const main: BuildOptions = {...shared, entryPoints: {main: 'cli.tsx'}, splitting: true, chunkNames: 'chunk-[hash]'};

/** The engine of a console needs all of it, and soon: one file is read quicker than the fifty that it would be in. */
const engine: BuildOptions = {...shared, entryPoints: {engine: 'source/commands/engine-in-thread.ts'}};

/** What is begun with has only to open the cache before the rest is loaded, which is a file of its own for that. */
const beginnings: BuildOptions = {
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  format: 'esm',
  plugins: [
    {
      name: 'rest-apart',
      setup(build) {
        build.onResolve({filter: /^\.\/cli\.tsx$/}, () => ({path: './main.js', external: true}));
        build.onResolve({filter: /^\.\/engine-in-thread\.ts$/}, () => ({path: './engine.js', external: true}));
      },
    },
  ],
  logLevel: 'warning',
};

/** Even a Node that is too old must be able to read what is started. */
const start: BuildOptions = {
  ...beginnings,
  entryPoints: {cli: 'start.ts'},
  target: 'node12',
  // Told of Node 12, the bundler would take it for missing in the first of them.
  supported: {'dynamic-import': true},
  banner: {js: '#!/usr/bin/env node'},
  define: {'process.env.MICROSCALE_NODE': JSON.stringify(engines.node.replace('>=', ''))},
};

const thread: BuildOptions = {...beginnings, entryPoints: {'engine-thread': 'source/commands/engine-thread.ts'}, target: 'node22'};

const parts = [main, engine, start, thread];

await rm('dist', {recursive: true, force: true});
if (process.argv.includes('--watch')) {
  const watched = await Promise.all(parts.map(part => context(part)));
  await Promise.all(watched.map(part => part.rebuild()));
  await chmod('dist/cli.js', 0o755);
  for (const part of watched) await part.watch();
  console.log('dist/ follows the source; run “node dist/cli.js” beside this');
} else {
  await Promise.all(parts.map(part => build(part)));
  await chmod('dist/cli.js', 0o755);
}
