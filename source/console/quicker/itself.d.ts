/** The modules behind the short cuts, under names that the bundler resolves to them. */
declare module 'string-width-itself' {
  export {default, type Options} from 'string-width';
}
declare module 'ink-output-itself' {
  type Operation =
    | {
        readonly type: 'write';
        readonly x: number;
        readonly y: number;
        readonly text: string;
        readonly transformers: readonly ((text: string, row: number) => string)[];
      }
    | {readonly type: 'clip'}
    | {readonly type: 'unclip'};
  export default class Output {
    readonly operations: readonly Operation[];
    readonly width: number;
    readonly height: number;
    get(): {output: string; height: number};
  }
}

declare module 'ink-line-update-itself' {
  export default function lineUpdate(before: string, after: string, columns: number | undefined): string;
}
