const compiled = new Map<string, WebAssembly.Module>();

/**
 * A new instance, with its own memory, of a module that imports nothing. It is compiled once.
 *
 * @param code The module as base64.
 * @returns What it exports.
 */
export function instantiateWasm(code: string): WebAssembly.Exports {
  let module = compiled.get(code);
  if (module === undefined) {
    module = new WebAssembly.Module(Uint8Array.from(atob(code), (char) => char.charCodeAt(0)));
    compiled.set(code, module);
  }
  return new WebAssembly.Instance(module).exports;
}
