// A web server that knows nothing of what it serves: one file, at every path. Arguments: address, port, file. Prints a line
// when it serves. Runs in the network of a test.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';

const [address, port, file = ''] = process.argv.slice(2);
const { size } = await stat(file);
createServer((request, response) => {
  response.writeHead(200, { 'content-length': size });
  if (request.method === 'HEAD') response.end();
  else createReadStream(file).pipe(response);
}).listen(Number(port), address, () => process.stdout.write('serving\n'));
