/** The start of the page that holds an address or offset. */
export function floorToPage(value: number, pageSize: number): number {
  return Math.floor(value / pageSize) * pageSize;
}

/** The first page boundary at or behind an address or offset. */
export function ceilToPage(value: number, pageSize: number): number {
  return Math.ceil(value / pageSize) * pageSize;
}
