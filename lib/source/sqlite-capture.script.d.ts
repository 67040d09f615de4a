/** sqlite-capture.child.ts, bundled into a text by scripts/build.mjs. */
export declare const script: string;
