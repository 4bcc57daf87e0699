// The two original services on Node. stream_state only counts what comes. Arguments: the port, the folder of the contract.
const grpc = require('@grpc/grpc-js');
const { loadSync } = require('@grpc/proto-loader');

const [port, protos] = process.argv.slice(2);
const load = (file) => grpc.loadPackageDefinition(loadSync(file, { includeDirs: [protos] })).my_package;
const origin = { x: 0, y: 0 };

function computeDisplacement(call, callback) {
  const { start, end } = { ...call.request };
  const from = start ?? origin;
  const to = end ?? origin;
  callback(null, { distance: Math.hypot((to.x ?? 0) - (from.x ?? 0), (to.y ?? 0) - (from.y ?? 0)) });
}

function streamState(call, callback) {
  let reports = 0;
  call.on('data', () => reports++);
  call.on('end', () => callback(null, {}));
}

const server = new grpc.Server();
server.addService(load('unary.proto').DisplacementService.service, { computeDisplacement });
server.addService(load('request_streaming.proto').RequestStreaming.service, { stream_state: streamState });
server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
