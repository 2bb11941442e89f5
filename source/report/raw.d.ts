/** A file's text, put into the bundle by build.ts and read in the tests by their own bundler. */
declare module '*?raw' {
  const text: string;
  // oxlint-disable-next-line import/no-default-export
  export default text;
}
