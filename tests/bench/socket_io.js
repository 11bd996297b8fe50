// Socket.IO with better-sqlite3 as the guide of Socket.IO teaches it ("server delivery"): a message is
// inserted, sent to the other side of its room, and acknowledged. Each insert is a transaction of its
// own and waits for the disk (synchronous=FULL).

import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const [, , packages, file] = process.argv;
const installed = createRequire(`${packages}/`);
const Database = installed('better-sqlite3');
const { Server } = installed('socket.io');

const database = new Database(file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec(
  'CREATE TABLE messages (id INTEGER PRIMARY KEY, room TEXT, request TEXT UNIQUE, content TEXT)',
);
const insert = database.prepare('INSERT INTO messages (room, request, content) VALUES (?, ?, ?)');

// A client of the benchmark answers no pings; a run is shorter than this.
const http = createServer();
const io = new Server(http, { transports: ['websocket'], pingInterval: 3_600_000 });
io.on('connection', (socket) => {
  socket.on('join', (room, answer) => {
    socket.join(room);
    answer();
  });
  socket.on('chat message', (room, content, request, answer) => {
    const { lastInsertRowid } = insert.run(room, request, content);
    socket.to(room).emit('chat message', content, lastInsertRowid);
    answer();
  });
});
http.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  const { port } = http.address();
  process.stdout.write(`listening on http://127.0.0.1:${port}\n`);
});
