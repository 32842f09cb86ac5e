// app/privacy/page.jsx of a Next.js site (App Router), with notice.mjs beside it.
// Next.js makes the page anew in the background, at most every five minutes, and keeps the last one that it made.

import { notice } from "./notice.mjs";

export const revalidate = 300;
export const metadata = { title: "Tietosuoja" };

export default async function Privacy() {
  const html = await notice("https://seloste.example.org/n/tenant/notice/fi", "/tmp/notice-fi", 0);
  return <main dangerouslySetInnerHTML={{ __html: html }} />;
}
