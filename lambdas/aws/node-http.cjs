/**
 * In the bundles this stands for `node:http` (see lib/functions/bundle.ts). An `import` of `node:http` reads all its
 * exports, and so Node loads its fetch and WebSocket: a quarter of the time that the AWS clients take to load, for
 * what no function uses.
 */
module.exports = process.getBuiltinModule('node:http');
