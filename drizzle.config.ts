import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: "./src/repository/models.ts",
  out: "./migrations",
  casing: "snake_case",
});
