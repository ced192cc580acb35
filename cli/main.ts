import { Command, Help, InvalidArgumentError, Option, type CommandOptions } from "commander";
import type * as Ca from "./commands/ca";
import type * as Cancel from "./commands/cancel";
import type * as Diff from "./commands/diff";
import type * as Doctor from "./commands/doctor";
import type * as Down from "./commands/down";
import type * as ExportCompose from "./commands/export-compose";
import type * as ExportPlan from "./commands/export-plan";
import type * as Images from "./commands/images";
import type * as Load from "./commands/load";
import type * as Logs from "./commands/logs";
import type * as Preview from "./commands/preview";
import type * as Secrets from "./commands/secrets";
import type * as Status from "./commands/status";
import type * as Test from "./commands/test";
import type * as Trading from "./commands/trading";
import type * as Up from "./commands/up";
import type * as Urls from "./commands/urls";
import { contextOf, type Context } from "./context";
import { load } from "./load";
import type { LoadOptions } from "./load-test/choose";
import { describeError, Exit } from "./ui/errors";
import { DEFAULT_STACK, setInvocation } from "./ui/invocation";
import { Output } from "./ui/output";
import { leave } from "../engine/exit";

/** A command's module, loaded when it runs. */
interface Modules {
  readonly up: typeof Up;
  readonly preview: typeof Preview;
  readonly down: typeof Down;
  readonly status: typeof Status;
  readonly logs: typeof Logs;
  readonly load: typeof Load;
  readonly trading: typeof Trading;
  readonly urls: typeof Urls;
  readonly secrets: typeof Secrets;
  readonly doctor: typeof Doctor;
  readonly images: typeof Images;
  readonly ca: typeof Ca;
  readonly "export-plan": typeof ExportPlan;
  readonly "export-compose": typeof ExportCompose;
  readonly diff: typeof Diff;
  readonly test: typeof Test;
  readonly cancel: typeof Cancel;
}

const command = <K extends keyof Modules>(name: K): Modules[K] => load<Modules[K]>(`./commands/${name}`);

interface CommonOptions {
  readonly stack: string;
  readonly set?: readonly string[];
  readonly debug: boolean;
}

const repeated = (value: string, before: readonly string[]): readonly string[] => [...before, value];
const set = (): Option =>
  new Option(
    "--set <key=value>",
    "a setting, such as prefix=trading or subnets.backend=10.1.0.0/16; may be given several times",
  )
    .argParser(repeated)
    .default([], "none");
const several = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(repeated).default([], "none");
const engine = (): Option =>
  new Option("--engine <kind>", "the Pulumi engine").choices(["official", "hermetic"]);
const json = (): Option => new Option("--json", "as JSON").default(false);
const yes = (): Option => new Option("--yes", "install what is missing without asking").default(false);

function lines(text: string): string {
  if (text === "all" || /^\d+$/.test(text)) return text;
  throw new InvalidArgumentError("give a number of lines, or all");
}

const TRADING_EXIT =
  "\nExit codes: 0 done and confirmed; 1 failed, or not known; 2 the live gateway does not run, so that nothing can send\norders, and nothing was done; 3 not confirmed.";

/** The whole command line. `exit` is told each command's exit code. */
export function buildProgram(exit: (code: number) => void): Command {
  const program = new Command("trade2026")
    .description("A quantitative trading and research platform on three segmented Docker networks.")
    .addHelpText(
      "after",
      "\nFirst steps: `up` brings everything up, `urls` says where it answers, `doctor` says what is wrong.\nEverything that is made at run time lies in .trade2026/ (or in TRADE2026_HOME).",
    )
    .showHelpAfterError(
      "`./trade2026 --help` lists the commands; `./trade2026 <command> --help` explains one.",
    )
    .configureHelp({
      // "default: false" says nothing.
      optionDescription: (option) =>
        new Help().optionDescription(option).replace(/ \(default: (?:false|true|none)\)$/, ""),
    });

  /** Registers a command with the options that all of them have. */
  const add = (
    parent: Command,
    signature: string,
    description: string,
    options: CommandOptions = {},
  ): Command =>
    parent
      .command(signature, options)
      .description(description)
      .addOption(
        new Option(
          "-s, --stack <name>",
          "the stack: Pulumi.<name>.yaml, or one that --set prefix=… made",
        ).default(DEFAULT_STACK),
      )
      .addOption(new Option("--debug", "show where an unexpected error happened").default(false));
  const act =
    <O extends object>(
      run: (context: Context, options: O, args: readonly string[]) => Promise<number> | number,
    ) =>
    async (...given: unknown[]): Promise<void> => {
      const self = given.at(-1) as Command;
      const options = self.opts<O & CommonOptions>();
      setInvocation({ set: [], ...options });
      try {
        exit(await run(contextOf(options), options, self.args));
      } catch (error) {
        if (!(error instanceof Exit)) new Output(process.stderr).line(describeError(error, options.debug));
        exit(error instanceof Exit ? error.code : 1);
      }
    };

  add(program, "up", "Bring the platform up, or up to date, and wait until everything is healthy.")
    .addOption(yes())
    .addOption(engine())
    .addOption(
      new Option(
        "--images <mode>",
        "third-party images from their registries, or built from package registries",
      ).choices(["upstream", "packages"]),
    )
    .addOption(set())
    .addOption(
      new Option("--unset <key>", "forget a setting given by --set before; may be given several times")
        .argParser(repeated)
        .default([], "none"),
    )
    .addHelpText(
      "after",
      "\nSettings given by --set are remembered for this stack, and used by every later command.",
    )
    .action(act<Up.UpOptions>((context, options) => command("up").up(context, options)));

  add(program, "preview", "Say what an up would do, and do nothing.")
    .addOption(json())
    .option("--diff", "every property that differs", false)
    .option("--refresh", "read the state back from the engine first", false)
    .addOption(engine())
    .addOption(set())
    .action(act<Preview.PreviewOptions>((context, options) => command("preview").preview(context, options)));

  add(program, "down", "Take the platform down. Its data, and the credentials that open it, are kept.")
    .option("--volumes", "remove the data too, after asking for the stack's name", false)
    .option("--confirm <stack>", "the stack's name, where nobody can be asked")
    .addOption(engine())
    .action(act<Down.DownOptions>((context, options) => command("down").down(context, options)));

  add(program, "status", "Every service: lanes, health, memory, CPU. Exit code 1 when one is not healthy.")
    .addOption(json())
    .action(act<{ json: boolean }>((context, options) => command("status").status(context, options)));

  add(
    program,
    "logs [services...]",
    "What services and jobs have said: those named, or all in order of time. What looks like a credential is hidden.",
  )
    .option("-f, --follow", "go on as it grows", false)
    .option("-n, --tail <lines>", "last lines of those that are asked for, or all", lines, "200")
    .option("--since <time>", "not before: 30s, 10m, 2h, 1d, or a time")
    .option("--until <time>", "not after")
    .addOption(several("--lane <lane>", "only of services on this lane; may be given several times"))
    .addOption(
      several("--capability <name>", "only of this capability: trading, data …; may be given several times"),
    )
    .option("--level <level>", "at least: trace, debug, info, warn, error, fatal")
    .option("--grep <pattern>", "only lines that this regular expression finds something in")
    .option(
      "--search <words>",
      "in OpenSearch, which keeps two weeks: all of these words, or a field's whole value",
    )
    .addOption(new Option("--json", "one JSON object a line").default(false))
    .addHelpText(
      "after",
      "\nDocker keeps 30 MB of each container's log, and none of a container that is gone.\nA line without a level is info.",
    )
    .action(
      act<Logs.LogsOptions>((context, options, services) => command("logs").logs(context, services, options)),
    );

  const why = (): Option =>
    new Option("--reason <text>", "why, for the audit log; 1 to 500 letters").makeOptionMandatory();
  add(program, "trading", "State of trading: mode, kill switch, who, why, since when.")
    .addOption(json())
    .addHelpText("after", TRADING_EXIT)
    .action(act<{ json: boolean }>((context, options) => command("trading").trading(context, options)));
  add(program, "halt", "Stop trading at once, without asking.")
    .addOption(
      new Option(
        "--level <level>",
        "no order passes; or only what brings a position nearer to zero; or cancel everything and close positions",
      )
        .choices(["no-new-orders", "reduce-only", "flatten"])
        .default("no-new-orders"),
    )
    .addOption(why())
    .option("--yes", "flatten without asking; the other levels never ask", false)
    .addHelpText(
      "after",
      `\nIt speaks to the live gateway's process through the Docker engine: gateway, logins, bus and order service may\nall be down. flatten cancels what is open and closes positions at the market.\n${TRADING_EXIT}`,
    )
    .action(act<Trading.HaltOptions>((context, options) => command("trading").halt(context, options)));
  add(program, "resume", "Let trading go on after a halt; asks first.")
    .addOption(why())
    .option("--yes", "without asking", false)
    .addHelpText("after", TRADING_EXIT)
    .action(act<Trading.ResumeOptions>((context, options) => command("trading").resume(context, options)));

  add(
    program,
    "load [scenario]",
    "Load-test the platform that is up, on paper; report in .trade2026/reports/.",
  )
    .option("--list", "explain the scenarios", false)
    .option("--duration <time>", "another length than the scenario's own: 20s, 5m, 4h")
    .option("--seed <number>", "the orders of an earlier test, which its report names")
    .addHelpText(
      "after",
      "\nExit codes: 0 every limit was kept; 1 one was broken, or the test could not be run; 130 interrupted.",
    )
    .action(
      act<LoadOptions>((context, options, [scenario]) => command("load").load(context, scenario, options)),
    );

  add(program, "urls", "Where everything answers.")
    .addOption(json())
    .action(act<{ json: boolean }>((context, options) => command("urls").urls(context, options)));

  add(program, "secrets [name]", "The platform's credentials; values with a name or --show only.")
    .option("--show", "print every value", false)
    .addOption(json())
    .addHelpText(
      "after",
      "\nA credential's full name prints its bare value; a service's name prints all of that service.",
    )
    .action(
      act<Secrets.SecretsOptions>((context, options, [name]) =>
        command("secrets").secrets(context, name, options),
      ),
    );

  add(
    program,
    "doctor",
    "Look for what is wrong with this machine, with a fix for each. Exit code 1 when something blocks.",
  )
    .addOption(json())
    .action(act<{ json: boolean }>((context, options) => command("doctor").doctor(context, options)));

  const images = program.command("images").description("Third-party images: build, list, resolve.");
  add(
    images,
    "build [recipes...]",
    "Build recipes of images/ from package registries: those named, or all.",
  ).action(act((context, _options, names) => command("images").imagesBuild(context, names)));
  add(images, "list", "Every program of the lock in the stack's image mode (the default).", {
    isDefault: true,
  })
    .addOption(json())
    .action(act<{ json: boolean }>((context, options) => command("images").imagesList(context, options)));
  add(
    images,
    "resolve [programs...]",
    "Ask the registries for digests and write them into configs/images.yaml.",
  )
    .option("--update", "take over digests of tags that have moved", false)
    .option("--check", "write nothing; exit code 1 when something would change", false)
    .action(
      act<{ update: boolean; check: boolean }>((context, options, names) =>
        command("images").imagesResolve(context, names, options),
      ),
    );

  const ca = program.command("ca").description("The platform's certificate authority.");
  add(
    ca,
    "export",
    "Print the authority's certificate, to be trusted by browsers and clients (the default).",
    { isDefault: true },
  )
    .option("--out <file>", "write it to a file")
    .action(act<{ out?: string }>((context, options) => command("ca").caExport(context, options)));
  add(ca, "client <name>", "Issue a client's certificate, for a gateway that asks for one.")
    .option("--out <folder>", "where its files go", ".")
    .action(
      act<{ out: string }>((context, options, [name = ""]) => command("ca").caClient(context, name, options)),
    );
  add(ca, "renew", "Issue the gateways' certificates anew, and bring the platform up with them.")
    .addOption(yes())
    .action(act<{ yes: boolean }>((context, options) => command("ca").caRenew(context, options)));

  const exports = program.command("export").description("The platform in other forms.");
  add(exports, "compose", "The same containers for Docker Compose.")
    .option("--out <file>", "the Compose file; what its containers read goes into a folder beside it")
    .option("--no-secrets", "placeholders in place of the real credentials")
    .addOption(set())
    .action(
      act<ExportCompose.ExportComposeOptions>((context, options) =>
        command("export-compose").exportCompose(context, options),
      ),
    );
  add(exports, "plan", "The decided platform as JSON, without any credential. Needs no Docker.")
    .option("--out <file>", "write it to a file")
    .addOption(set())
    .action(
      act<ExportPlan.ExportPlanOptions>((context, options) =>
        command("export-plan").exportPlan(context, options),
      ),
    );

  add(
    program,
    "diff <base> <head>",
    "Compare two exported plans: what restarts, which data is touched. Exit code 1 when something with state is replaced.",
  )
    .option("--markdown", "for a comment on a pull request", false)
    .action(
      act<{ markdown: boolean }>((_context, options, [base = "", head = ""]) =>
        command("diff").diff(base, head, options),
      ),
    );

  add(
    program,
    "test [steps...]",
    "Run the checks: those named (unit, e2e, conformance …), or the usual ones.",
  ).action(act((context, _options, steps) => command("test").test(context, steps)));

  add(program, "cancel", "Release the stack's lock after a deployment that is gone for good.").action(
    act((context) => command("cancel").cancel(context)),
  );
  return program;
}

export async function main(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => error.code === "EPIPE" && process.exit(0));
  let code = 0;
  await buildProgram((given) => (code = given)).parseAsync([...argv], { from: "user" });
  // Written first: a pipe takes its time, and what an engine left open must not keep us here.
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write("", done))),
  );
  await leave(code);
}

if (require.main === module) void main(process.argv.slice(2));
