/** What is said of an error that ends the program, and the status that it ends with. */
import {clean} from '../clean.ts';

/** 2: usage or configuration. 3: the host can't be reached. 1: anything else. By name, since an error may come from another thread. */
export function exitCodeOf(error: unknown): number {
  switch ((error as Error | undefined)?.name) {
    case 'UsageError':
    case 'ConfigError':
    case 'MeasuredError':
      return 2;
    case 'HostError':
      return 3;
    default:
      return 1;
  }
}

export function explainError(error: unknown): string {
  const {name, message, stack} = error instanceof Error ? error : new Error(String(error));
  const known = ['UsageError', 'ConfigError', 'HostError', 'RecordingError', 'MeasuredError', 'ReportError'].includes(name);
  const words = message.split('\n').map(clean).join('\n');
  if (process.env['MICROSCALE_DEBUG'] && stack) return `${words}\n${stack}`;
  return known ? words : `${words}\nThis should not happen. MICROSCALE_DEBUG=1 shows where it did; please report it`;
}
