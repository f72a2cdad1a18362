/**
 * Comes before whatever is TypeScript here (`node --require ./bin/check-node.cjs FILE.ts`), and is JavaScript that any Node.js reads:
 * one that cannot run TypeScript gets a sentence and not a stack trace.
 */
'use strict';

if (!process.features.typescript) {
  console.error(
    'tenant-keys is TypeScript, which Node.js ' +
      process.version +
      ' cannot run. Start it by npm or npx (npm start, npx cdk synth): they take the ' +
      'Node.js 24 that npm ci installs. After npm ci --ignore-scripts, npm rebuild node installs it.',
  );
  process.exit(1);
}
