/** Jest runs the TypeScript sources; ESM-only packages are transformed, since
 * Jest below Node 24.9 cannot `require` an ES module. */
const esmPackages = [
  "@ant-design/colors",
  "execa",
  "p-limit",
  "yocto-queue",
  "@sindresorhus",
  "@sec-ant",
  "figures",
  "get-stream",
  "human-signals",
  "is-plain-obj",
  "is-stream",
  "is-unicode-supported",
  "npm-run-path",
  "parse-ms",
  "path-key",
  "pretty-ms",
  "smol-toml",
  "strip-final-newline",
  "unicorn-magic",
  "yoctocolors",
];

module.exports = {
  testEnvironment: "<rootDir>/test/support/leak-environment.ts",
  setupFilesAfterEnv: ["<rootDir>/test/support/leak-setup.ts"],
  testMatch: ["<rootDir>/test/**/*.test.ts", "<rootDir>/test/**/*.test.tsx"],
  transform: {
    "\\.[jt]sx?$": [
      "ts-jest",
      { tsconfig: "<rootDir>/test/tsconfig.jest.json", diagnostics: false },
    ],
  },
  transformIgnorePatterns: [
    `/node_modules/(?!(${esmPackages.join("|")})/)`,
    "<rootDir>/dist/",
  ],
  moduleNameMapper: {
    // Made by the build from sqlite-capture.child.ts.
    "sqlite-capture\\.script\\.js$":
      "<rootDir>/dist/lib/source/sqlite-capture.script.js",
    "^(\\.{1,2}/.*)\\.js$": "$1",
    "^unicorn-magic$": "<rootDir>/node_modules/unicorn-magic/node.js",
  },

  maxWorkers: 2,
  testTimeout: 60_000,
};
