import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take tens of seconds: begun last, one of them would run alone while the other cores wait. */
const LONG = [/kernels\/differentialF/, /package\.test/, /kernels\/widen/, /cli\/score/];

const rank = ({ moduleId }: TestSpecification): number => {
  const at = LONG.findIndex((pattern) => pattern.test(moduleId));
  return at < 0 ? LONG.length : at;
};

/** The long files first, the rest as vitest has them. */
export default class Sequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
