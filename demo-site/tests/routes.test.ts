import { describe, expect, it } from "vitest";
import { ROUTES, factsOf, routeOf } from "../src/app/routes.ts";

describe("an address", () => {
  it("has its route, with or without a slash at the end", () => {
    expect([routeOf("/"), routeOf("/accounts"), routeOf("/accounts/")]).toEqual(["welcome", "accounts", "accounts"]);
  });
  it("that nobody knows is missing, and the console's is left free", () => {
    expect([routeOf("/nowhere"), routeOf("/accounts/x"), routeOf("/console")]).toEqual(["missing", "missing", "missing"]);
    expect(factsOf("missing").needsSignIn).toBe(false);
  });
  it("that shows sealed values needs a sign-in and names its context to the policy", () => {
    for (const name of ["accounts", "cards", "transfer", "profile"] as const) {
      expect(ROUTES[name].needsSignIn).toBe(true);
      expect(ROUTES[name].context).not.toBeNull();
    }
  });
});
