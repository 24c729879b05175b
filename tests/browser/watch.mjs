// Opens the page of a video in headless Chromium as a person would, and prints as JSON what it saw.
//
//   node tests/browser/watch.mjs CHROMIUM URL [SCREENSHOT.png]
//
// The provider's player is not reached: a stand-in answers for it. Anything else that leaves the page's
// own host is noted, and is a fault.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [program, url, screenshot] = process.argv.slice(2);
const home = new URL(url).host;
const players = ["www.youtube-nocookie.com", "player.vimeo.com"];
const profile = mkdtempSync(join(tmpdir(), "kongress-browser-"));
const flags = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const player = `<!doctype html><html lang="en"><title>Player</title><style>
body { margin: 0; height: 100vh; display: grid; place-items: center; background: linear-gradient(150deg, #0d3b36, #06201d); }
div { width: 0; height: 0; border: solid transparent; border-width: 40px 0 40px 68px; border-left-color: #ffffff; margin-left: 18px; }
</style><main><div></div></main>`;

const seen = { frames: [], leaks: [], errors: [], axe: [] };

async function open(colorScheme, javaScriptEnabled) {
  const context = await chromium.launchPersistentContext(join(profile, `${colorScheme}-${javaScriptEnabled}`), {
    executablePath: program, headless: true, args: flags, chromiumSandbox: false, colorScheme, javaScriptEnabled,
    locale: "nb-NO", viewport: { width: 1000, height: 1180 },
  });
  await context.route("**/*", (route) => {
    const host = new URL(route.request().url()).host;
    if (host === home) return route.continue();
    if (players.includes(host)) return route.fulfill({ contentType: "text/html", body: player });
    seen.leaks.push(route.request().url());
    return route.abort();
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  await page.goto(url);
  return { context, page };
}

const frame = (page) => page.locator("iframe").getAttribute("src");
const reached = (page) => page.frames().map((one) => one.url()).filter((one) => players.includes(new URL(one).host));

try {
  for (const scheme of ["light", "dark"]) {
    const { context, page } = await open(scheme, true);
    if (scheme === "light") {
      seen.title = await page.title();
      seen.lang = await page.locator("html").getAttribute("lang");
      seen.frames.push(await frame(page));
      await page.waitForTimeout(300);
      seen.reached = reached(page);
      if (screenshot) await page.screenshot({ path: screenshot });
    }
    // Beside the policy of the page, which lets in no script: as an extension would be.
    const session = await context.newCDPSession(page);
    const { frameTree } = await session.send("Page.getFrameTree");
    const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
    const run = async (expression) => {
      const answer = await session.send("Runtime.evaluate", { expression, contextId: executionContextId, awaitPromise: true, returnByValue: true });
      if (answer.exceptionDetails) throw new Error(JSON.stringify(answer.exceptionDetails));
      return answer.result.value;
    };
    await run(axe);
    const found = await run("axe.run(document, { iframes: false }).then((it) => ({ bad: it.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`), good: it.passes.length }))");
    seen.axe.push(...found.bad);
    seen.checked = found.good;
    await context.close();
  }
  // Without scripts, by keyboard alone: to the links of the list, and along one of them.
  const { context, page } = await open("light", false);
  const jumps = page.locator(".jumps a");
  seen.jumps = [];
  for (const link of await jumps.all()) seen.jumps.push(await link.getAttribute("href"));
  const first = jumps.first();
  for (let pressed = 0; pressed < 40 && !(await first.evaluate((link) => link === document.activeElement).catch(() => false)); pressed += 1) {
    await page.keyboard.press("Tab");
  }
  seen.focused = await first.evaluate((link) => link === document.activeElement).catch(() => null);
  await Promise.all([page.waitForURL((there) => there.href !== url), page.keyboard.press("Enter")]);
  seen.jumped = page.url();
  seen.frames.push(await frame(page));
  await context.close();
} finally {
  rmSync(profile, { recursive: true, force: true });
}
console.log(JSON.stringify(seen));
