/**
 * In the bundles, this is `node:http` (see lib/bundle.ts). An `import` of it reads all that it exports, with
 * which Node loads its fetch and WebSocket: a quarter of what it takes to load the AWS clients, and nobody
 * here uses them.
 */
module.exports = process.getBuiltinModule('node:http');
