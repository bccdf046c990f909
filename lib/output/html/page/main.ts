/// <reference lib="dom" />
import type { PageData } from "../page_data.ts";
import { elementById } from "./elements.ts";
import { FlamePage } from "./flame_page.ts";

// Where the page begins: lib/output/html/page_text.ts is made of this and what it imports.
const data: PageData = JSON.parse(elementById("data", HTMLScriptElement).textContent);
new FlamePage(data);
