import type { Page } from "playwright-core";
import { BASE } from "../harness/platform";

/** Of somebody who logs in in a browser. */
export interface Person {
  readonly username: string;
  readonly password: string;
}

/** Fills in the login page that is shown, and waits until it has led on. */
export async function fillIn(page: Page, { username, password }: Person): Promise<void> {
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL((url) => !isLogin(url.href));
}

/** Begins the session of the page's context, beside the page. */
export async function logInBeside(page: Page, person: Person): Promise<void> {
  const beside = await page.context().newPage();
  await beside.goto(`${BASE}/api/auth/login`);
  await fillIn(beside, person);
  await beside.close();
}

export const isLogin = (url: string): boolean => url.startsWith(`${BASE}/api/auth/login`);
