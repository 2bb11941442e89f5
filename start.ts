/**
 * What is started: it says which Node is needed where this one is too old, before anything that such a one can't read is
 * loaded. Any Node reads it, as a module or as a script: nothing is imported but at need, and nothing of it is younger
 * than Node 12.
 */
const least = process.env['MICROSCALE_NODE'] || '';
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);

if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) void startWithThis();
else void startWithAnother();

/** What is compiled is kept, from before anything large is loaded: the second start is a third quicker than the first. */
async function startWithThis(): Promise<void> {
  const {enableCompileCache} = await import('module');
  enableCompileCache();
  await import('./cli.tsx');
}

/** In a checkout the right Node is installed beside the program; elsewhere it is said what is missing. */
async function startWithAnother(): Promise<void> {
  const [{spawn}, {existsSync, realpathSync}, {constants}, {dirname, join}] = await Promise.all([
    import('child_process'),
    import('fs'),
    import('os'),
    import('path'),
  ]);
  const [, given = '', ...words] = process.argv;
  const program = realpathSync(given);
  const node = join(dirname(dirname(program)), 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(node)) {
    process.stderr.write(`microscale needs Node ${least} or newer, and this is ${process.version}: start it with a newer one\n`);
    process.exit(2);
  }
  const child = spawn(node, process.execArgv.concat(program, words), {stdio: 'inherit'});
  // Ctrl-C reaches both: the one that has something to do about it ends first. What reaches only this one is passed on.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('error', error => {
    process.stderr.write(`microscale needs Node ${least} or newer, and the one beside it can't be started: ${error.message}\n`);
    process.exit(2);
  });
  child.on('close', (code, signal) => process.exit(signal === null ? code || 0 : 128 + constants.signals[signal]));
}
