/** The last line that scripts read, `N passed, N failed, N skipped`, and above it what was left out, and what needed a second try. */
import type {Reporter, TestModule} from 'vitest/node';

export default class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = {passed: 0, failed: 0, skipped: 0};
    const leftOut = new Map<string, number>();
    const again: string[] = [];
    for (const module of modules) {
      if (module.state() === 'failed' && module.children.size === 0) counts.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if ((test.diagnostic()?.retryCount ?? 0) > 0) again.push(`${module.relativeModuleId}: ${test.fullName}`);
        if (result.state === 'passed') counts.passed++;
        else if (result.state === 'failed') counts.failed++;
        else {
          counts.skipped++;
          const why = (result.state === 'skipped' && result.note) || 'no reason given';
          leftOut.set(why, (leftOut.get(why) ?? 0) + 1);
        }
      }
    }
    counts.failed += errors.length;
    console.log('');
    if (leftOut.size === 0) console.log('Nothing was left out.');
    for (const [why, count] of leftOut) console.log(`Left out: ${count} ${count === 1 ? 'test' : 'tests'}: ${why}`);
    for (const name of again) console.log(`Run a second time: ${name}`);
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}
