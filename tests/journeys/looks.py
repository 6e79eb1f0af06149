"""How a page is looked at: what axe finds on it, at the sizes and in the colours that people have."""

from typing import Any

from playwright.sync_api import Page

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# A colour on its way from light to dark is neither: what still moves is waited for, and what the page still fetches for
# itself, whose place is taken while axe looks at it.
LOOK = """async (scheme) => {
  const frame = () => new Promise(requestAnimationFrame);
  do await frame().then(frame);
  while (document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"));
  await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
  const colours = { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };
  const { violations } = await axe.run({
    resultTypes: ["violations"], preload: false, iframes: false, ...(scheme === "dark" ? colours : {}),
  });
  const root = document.documentElement;
  return [violations, root.scrollWidth - root.clientWidth];
}"""


def wrong_with(page: Page, scheme: str) -> list[Any]:
    """What axe, already on the page, finds as it looks now, and by how much it is wider than the window."""
    violations, beyond = page.evaluate(LOOK, scheme)
    found: list[Any] = [(violation["id"], node["target"]) for violation in violations for node in violation["nodes"]]
    return [*found, ("wider than the window by", beyond)] if beyond > 0 else found
