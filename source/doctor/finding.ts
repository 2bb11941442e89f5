/** What a doctor found: one thing, how it is, and how to mend it; and how findings are told. */
import {clean} from '../clean.ts';

export type Grade = 'ok' | 'note' | 'wrong';

export type Part = 'node' | 'connection' | 'permissions' | 'clock' | 'lease' | 'control socket' | 'configuration' | 'demand' | 'terminal';

export interface Finding {
  readonly part: Part;
  readonly grade: Grade;
  readonly what: string;
  /** How to mend it; null where there is nothing to mend. */
  readonly mend: string | null;
}

export const ok = (part: Part, what: string): Finding => ({part, grade: 'ok', what, mend: null});
export const note = (part: Part, what: string, mend: string | null = null): Finding => ({part, grade: 'note', what, mend});
export const wrong = (part: Part, what: string, mend: string | null): Finding => ({part, grade: 'wrong', what, mend});

export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** False where no host could be reached. */
  readonly reached: boolean;
}

/** 0: fine, 1: something is wrong, 3: the host can't be reached. */
export function statusOf({findings, reached}: Diagnosis): 0 | 1 | 3 {
  if (!reached) return 3;
  return findings.some(({grade}) => grade === 'wrong') ? 1 : 0;
}

/** For machines. */
export function findingJson(diagnosis: Diagnosis): string {
  const findings = diagnosis.findings.map(({part, grade, what, mend}) => ({
    part,
    grade,
    what: clean(what),
    mend: mend === null ? null : clean(mend),
  }));
  return JSON.stringify({status: statusOf(diagnosis), reached: diagnosis.reached, findings});
}

/** A line each, and under it how it is mended; under the last of several that are mended alike. */
export function findingLines(diagnosis: Diagnosis): readonly string[] {
  const {findings} = diagnosis;
  const width = Math.max(0, ...findings.map(({part}) => part.length));
  const lines = findings.flatMap(({part, grade, what, mend}, index) => [
    clean(`${grade.padEnd(5)}  ${part.padEnd(width)}  ${what}`),
    ...(mend === null || mend === findings[index + 1]?.mend ? [] : [clean(`${' '.repeat(width + 9)}to mend it: ${mend}`)]),
  ]);
  return [...lines, '', closingWords(diagnosis)];
}

export function closingWords({findings, reached}: Diagnosis): string {
  const count = (grade: Grade) => findings.filter(finding => finding.grade === grade).length;
  const things = (many: number, rest: string) => `${many} ${many === 1 ? 'thing is' : 'things are'} ${rest}`;
  const notes = count('note') === 0 ? '' : `, ${things(count('note'), 'worth a look')}`;
  const wrongs = count('wrong');
  if (!reached) return `the host was not reached: ${things(wrongs, 'wrong')}${notes}`;
  return wrongs === 0 ? `nothing is wrong${notes}` : `${things(wrongs, 'wrong')}${notes}`;
}
