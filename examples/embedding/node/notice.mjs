// A published notice in pages that Node makes: fetched at most every five minutes, revalidated, and kept for when it cannot be.
//
//   import { notice } from "./notice.mjs";
//   const html = await notice("https://seloste.example.org/n/tenant/notice/fi", "/var/cache/notice");
//
// Never throws for want of a network: the last good copy is given, and before there is one, a link. Node 18 or newer, no packages.

import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const LARGEST = 2_000_000;
// Withdrawn by the controller, or taken down: then the text must not stay, and the link leads to what befell it.
const GONE = [410, 451];
const read = (file) => readFile(file, "utf8").catch(() => "");

/** `page` is the notice's address with a language, or a version's or the history's. `folder` is for this notice alone. */
export async function notice(page, folder, freshSeconds = 300) {
  await mkdir(folder, { recursive: true });
  const kept = join(folder, "notice.html");
  const tried = join(folder, "tried");
  const last = await stat(tried).then((found) => found.mtimeMs, () => 0);
  if (Date.now() - last >= freshSeconds * 1000) {
    // Said before we ask: while one asks and waits, others show what there is.
    await writeFile(tried, "");
    await fetchInto(page, kept, join(folder, "notice.etag")).catch((error) => {
      console.error(`notice not fetched, the last good copy is shown: ${error.message}`);
    });
  }
  const link = page.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
  return (await read(kept)) || `<p><a href="${link}">${link}</a></p>\n`;
}

async function fetchInto(page, kept, tag) {
  const known = (await read(kept)) && (await read(tag));
  const answer = await fetch(`${page}.fragment.html`, {
    headers: known ? { "If-None-Match": known } : {},
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.status === 304) return;
  if (GONE.includes(answer.status)) await rm(kept, { force: true });
  if (!answer.ok) throw new Error(`the service answered ${answer.status}`);
  const html = await answer.text();
  if (html.length > LARGEST || !html.includes('class="seloste') || !/<\/(article|section)>\s*$/.test(html)) {
    throw new Error("what came is no notice, or not all of it");
  }
  // Links in it begin at the root of the service.
  await replace(kept, html.replaceAll('href="/', `href="${new URL(page).origin}/`));
  await replace(tag, answer.headers.get("etag") ?? "");
}

/** Whole or not at all, whoever reads it meanwhile. */
async function replace(file, text) {
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, text);
  await rename(fresh, file);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [page, folder, freshSeconds = "300"] = process.argv.slice(2);
  process.stdout.write(await notice(page, folder, Number(freshSeconds)));
}
