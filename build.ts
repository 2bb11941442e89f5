/** Bundles the program into dist/: few files, so that it starts quickly and needs no node_modules. */
import {chmod, readFile, rm} from 'node:fs/promises';
import {build, context, type BuildOptions} from 'esbuild';

const {version} = JSON.parse(await readFile('package.json', 'utf8')) as {version: string};

/**
 * What dockerode brings along and microscale never reaches: its own ssh client (connections go through the ssh command),
 * and the image builder's gRPC session. Left out, the program starts in half the time.
 */
const unreached = /^\.\/(ssh|session|buildkit)$/;

const options: BuildOptions = {
  entryPoints: {cli: 'cli.tsx', 'engine-thread': 'source/commands/engine-thread.ts'},
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunk-[hash]',
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
  external: ['react-devtools-core'],
  banner: {js: "import {createRequire as microscaleRequire} from 'node:module';const require=microscaleRequire(import.meta.url);"},
  plugins: [
    {
      name: 'leave-out',
      setup(build) {
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

await rm('dist', {recursive: true, force: true});
if (process.argv.includes('--watch')) {
  const watching = await context(options);
  await watching.watch();
  console.log('dist/ follows the source; run “node dist/cli.js” beside this');
} else {
  await build(options);
  await chmod('dist/cli.js', 0o755);
}
