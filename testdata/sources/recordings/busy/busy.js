const zlib = require("zlib"), crypto = require("crypto"), { performance } = require("perf_hooks");
const rows = Array.from({ length: 3000 }, (_, i) => ({
  id: i, name: `row ${i * 7919 % 3001}`, tags: ["a" + i % 7, "b" + i % 11], at: i / 3,
}));
let sum = 0;
for (const end = performance.now() + 4000; performance.now() < end;) {
  const text = JSON.stringify(rows);
  const copy = JSON.parse(text);
  sum += text.replace(/"name":"row (\d+)"/g, (_, n) => n * 2).length;
  sum += (text.match(/[ab]\d[^,]*?,"at":\d+\.3/g) ?? []).length;
  sum += zlib.gzipSync(text).length;
  sum += crypto.createHash("sha256").update(text).digest()[0];
  sum += crypto.pbkdf2Sync(text, "salt", 40, 32, "sha512")[0];
  copy.sort((a, b) => a.name.localeCompare(b.name));
  sum += new Map(copy.map((row) => [row.name, { ...row }])).size;
  sum += Buffer.from(text).toString("base64").length + new TextEncoder().encode(text).length;
}
console.log(sum);
