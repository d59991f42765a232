// Completes every operation of the four documents against the mock, through clients whose types
// are generated from the documents.
//
//   npm test -- QUARTET_MOCK

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import createClient, { type ClientOptions } from "openapi-fetch";
import { parse } from "yaml";

import type * as billing from "./generated/billing.js";
import type * as profile from "./generated/profile.js";
import type * as subscription from "./generated/subscription.js";
import type * as vendor from "./generated/vendor.js";

// The compiler refuses an object that lacks an operation of the document, or has one more.
type Calls<Operations> = { [Name in keyof Operations]: () => Promise<void> };

// answer returns what an operation has answered with, and fails unless it is a success.
async function answer<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<NonNullable<T>> {
  const { data, error, response } = await call;
  assert.ok(response.ok, `${response.url}: ${response.status} ${JSON.stringify(error)}`);
  assert.ok(data !== undefined && data !== null, `${response.url}: no answer`);
  return data;
}

// The operations stand in the order in which they are called; later ones see what earlier ones did.

function profileCalls(options: ClientOptions): Calls<profile.operations> {
  const client = createClient<profile.paths>(options);
  const me = () => answer(client.GET("/profile/me"));
  return {
    getMyProfile: async () => {
      const user = await me();
      assert.equal(user.user_id, "usr_anna");
      assert.equal(user.first_name?.toUpperCase(), "ANNA");
    },
    listSubscriptions: async () => {
      const { subscriptions } = await answer(client.GET("/profile/subscriptions"));
      assert.equal(subscriptions.length, 3);
      assert.equal(subscriptions[0]?.course_id, "go-basics");
      assert.equal(subscriptions[0]?.["title"], "Go from the ground up"); // a member that no document has
    },
    listPayments: async () => {
      const { payments } = await answer(client.GET("/profile/payments"));
      assert.equal(payments[1]?.["amount"], 6500.5);
    },
    changePassword: async () => {
      const body = { old_password: "anna-secret", new_password: "new-secret", new_password_confirm: "new-secret" };
      const done = await answer(
        client.PUT("/profile/password-change", { body: { ...body, verification_code: "111111" } }),
      );
      assert.ok(done.message.length > 0);
      const { error } = await client.PUT("/profile/password-change", { body: { ...body, verification_code: "222222" } });
      assert.ok(error && typeof error.detail !== "string");
      assert.deepEqual(error.detail[0]?.loc, ["body", "old_password"]); // it was the old one
    },
    changeEmail: async () => {
      await answer(
        client.PUT("/profile/email-change", { body: { new_email: "a@b", verification_code: "222222" } }),
      );
      assert.equal((await me()).email, "a@b");
    },
    changePhone: async () => {
      await answer(
        client.PUT("/profile/phone-change", { body: { new_phone: "+1", verification_code: "333333" } }),
      );
      assert.equal((await me()).phone, "+1");
    },
    changeName: async () => {
      await answer(client.PUT("/profile/name-change", { body: { first_name: "Аня", last_name: null } }));
      const user = await me();
      assert.equal(user.first_name, "Аня");
      assert.equal(user.last_name, null);
    },
    changeAvatar: async () => {
      await answer(
        client.PUT("/profile/avatar-change", { body: { avatar_url: "https://a.example", verification_code: "444444" } }),
      );
      assert.equal((await me()).avatar_url, "https://a.example");
    },
    getPaymentMethod: async () => {
      const { method, details } = await answer(client.GET("/profile/payment-method"));
      assert.equal(method, "card");
      assert.equal(details["last4"], "4242");
    },
    changePaymentMethod: async () => {
      const body = { method: "sbp", details: { bank: { id: 7 } } };
      await answer(client.PUT("/profile/payment-method-change", { body }));
      assert.deepEqual(await answer(client.GET("/profile/payment-method")), body);
    },
    listAvailablePaymentMethods: async () => {
      const { methods } = await answer(client.GET("/profile/available-payment-methods"));
      assert.deepEqual(methods, ["card", "sbp", "invoice"]);
    },
    cancelSubscription: async () => {
      const cancel = () =>
        client.DELETE("/profile/subscription", { params: { query: { course_id: "go-basics" } } });
      await answer(cancel());
      const { error, response } = await cancel();
      assert.equal(response.status, 422);
      assert.ok(error && typeof error.detail !== "string");
      assert.deepEqual(error.detail[0]?.loc, ["query", "course_id"]);
    },
  };
}

function billingCalls(options: ClientOptions): Calls<billing.operations> {
  const client = createClient<billing.paths>(options);
  return {
    updateUser: async () => {
      const user = await answer(
        client.PATCH("/api/v1/billing/user/manage", {
          body: { login: "test@mail.com", status: "blocked", billing_info: { billing_extra: [null, 1] }, billing_properties: [] },
        }),
      );
      assert.equal(user.status, "blocked");
      assert.equal(user.name, null);
      assert.equal(user.billing_properties.length, 0);
      const { error } = await client.PATCH("/api/v1/billing/user/manage", { body: { login: "nobody" } });
      assert.ok(error && "errors" in error);
      assert.equal(error.errors["login"]?.length, 1);
    },
  };
}

function subscriptionCalls(options: ClientOptions): Calls<subscription.operations> {
  const client = createClient<subscription.paths>(options);
  return {
    createUserSubscription: async () => {
      const request = { params: { path: { user_id: 3 } }, body: { duration_days: 30, is_trial: false, replace_existing: false } };
      const user = await answer(client.POST("/users/{user_id}/subscription", request));
      assert.equal(user.balance_rubles, 500);
      assert.equal(user.subscription?.status, "active");
      assert.equal(user.subscription?.device_limit, 1);
      const { error, response } = await client.POST("/users/{user_id}/subscription", request);
      assert.equal(response.status, 400);
      assert.ok(error && typeof error.detail === "string" && error.detail.startsWith("User already has"));
    },
  };
}

function vendorCalls(options: ClientOptions): Calls<vendor.operations> {
  const client = createClient<vendor.paths>(options);
  const user = async () => (await answer(client.GET("/v1.0/profile"))).user;
  return {
    getProfile: async () => {
      const { status, userdetails } = await user();
      assert.equal(status, true);
      assert.equal(userdetails.role.nameeng, "Administrator");
    },
    listAccessCodes: async () => {
      const { accesscodes } = await answer(client.GET("/v1.0/profile/accesscodes"));
      assert.equal(accesscodes?.[0]?.private?.mastervalue, "0x5191758c");
    },
    updateProfile: async () => {
      const { response } = await client.PUT("/v1.0/profile", {
        body: { companyName: "Passiv", countryId: 7, phone: "1", firstName: "Jo", lastName: "Do" },
      });
      assert.equal(response.status, 200);
      const { companyname, userdetails } = await user();
      assert.equal(companyname, "Passiv");
      assert.equal(userdetails.firstname, "Jo");
    },
    getBalance: async () => {
      const { balance } = await answer(client.GET("/v1.0/profile/balance"));
      assert.equal(balance.activationscount, 42);
      assert.equal(balance.status, -12851);
    },
    updateSettings: async () => {
      const { response } = await client.PUT("/v1.0/profile/settings", { body: { lang: 2 } });
      assert.equal(response.status, 200);
      assert.equal((await user()).userdetails.settings.language, 2);
    },
  };
}

// operationIds reads from a document which operations there are.
function operationIds(document: string): string[] {
  const text = readFileSync(new URL(`../../../../openapi/${document}.yaml`, import.meta.url), "utf8");
  const { paths } = parse(text) as { paths: Record<string, Record<string, { operationId?: string }>> };
  return Object.values(paths).flatMap((path) =>
    Object.values(path).flatMap(({ operationId }) => (operationId === undefined ? [] : [operationId])),
  );
}

async function main(program: string): Promise<void> {
  // The balance has a path of its own only with -split-balance.
  const server = spawn(program, ["serve", "-addr", "127.0.0.1:0", "-strict-auth", "-split-balance"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = await new Promise<string[]>((ready, failed) => {
      createInterface(server.stdout).once("line", (text: string) => ready([text]));
      server.once("error", failed).once("exit", (code) => failed(new Error(`the mock ended with ${code}`)));
    });
    const { url } = JSON.parse(line ?? "") as { url: string };
    const bearer: ClientOptions = { baseUrl: url, headers: { Authorization: "Bearer default-token" } };
    const key: ClientOptions = { baseUrl: url, headers: { "X-API-Key": "default-token" } };
    const documents: Record<string, Record<string, () => Promise<void>>> = {
      profile: profileCalls(bearer),
      billing: billingCalls(bearer),
      subscription: subscriptionCalls(key),
      vendor: vendorCalls(bearer),
    };
    for (const [document, calls] of Object.entries(documents)) {
      assert.deepEqual(Object.keys(calls).sort(), operationIds(document).sort(), `${document}: operations`);
      for (const [operation, call] of Object.entries(calls)) {
        try {
          await call();
        } catch (error) {
          throw new Error(`${document} ${operation}`, { cause: error });
        }
      }
      console.log(`${document}: ${Object.keys(calls).length} operations completed`);
    }
  } finally {
    server.kill();
  }
}

const [program] = process.argv.slice(2);
assert.ok(program, "name the program: npm test -- QUARTET_MOCK");
await main(program);
