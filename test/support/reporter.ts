import type { SerializedError } from 'vitest';
import type { TestCase, TestModule, TestRunEndReason } from 'vitest/node';
import { DefaultReporter } from 'vitest/node';

/** vitest's own report, then each skipped test with its reason, then `N passed, N failed, N skipped` as the last line. */
export default class Reporter extends DefaultReporter {
  override onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[], reason: TestRunEndReason): void {
    super.onTestRunEnd(modules, errors, reason);
    const tests: TestCase[] = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    const skipped = [...inState('skipped'), ...inState('pending')];
    for (const test of skipped) this.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName}: ${noteOf(test)}`);
    // A file that does not load, or an error outside every test, is a failure although no test bears it.
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length;
    this.log(`${inState('passed').length} passed, ${inState('failed').length + broken} failed, ${skipped.length} skipped`);
  }
}

function noteOf(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' && result.note) || 'no reason given';
}
