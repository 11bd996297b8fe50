// The little of Node.js that the tests use, so that the type checker needs no package for it.
declare module 'node:test' {
  export function test(name: string, run: () => void | Promise<void>): void;
}
declare module 'node:assert/strict' {
  interface Assert {
    equal(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    match(text: string, pattern: RegExp): void;
    rejects(promise: Promise<unknown>, expected: RegExp | ((error: unknown) => boolean)): Promise<void>;
  }
  const assert: Assert;
  export default assert;
}
declare module 'node:fs/promises' {
  export function readdir(folder: URL, options: { recursive: true }): Promise<string[]>;
  export function readFile(file: URL, encoding: 'utf8'): Promise<string>;
}
declare function setImmediate(run: (value?: unknown) => void): void;
