// Runs long enough for each tier of V8 to compile it: interpreter trampolines, baseline, optimized.
function mix(state, value) {
  return Math.imul(state ^ value, 0x9e3779b1) ^ (state >>> 15);
}
const größe = (list) => list.reduce((sum, { length }) => sum + length, 0);
class Grid {
  constructor(width) {
    this.cells = new Float64Array(width * width);
  }
  get ["sum; of all"]() {
    let sum = 0;
    for (const cell of this.cells) sum += cell;
    return sum;
  }
  fill(seed) {
    for (let at = 0; at < this.cells.length; at++) this.cells[at] = mix(seed, at);
  }
}
const grid = new Grid(64);
const end = Date.now() + Number(process.argv[2] ?? 500);
let total = 0;
for (let round = 0; Date.now() < end; round++) {
  grid.fill(round);
  total += grid["sum; of all"] + größe(["a", "bc", /d+/.exec("add")[0]]);
}
console.log(process.pid, total);
