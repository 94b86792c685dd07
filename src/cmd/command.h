/*
 * Command: what every subcommand of `besa` shares: the table, the common options, how errors are said and what exit code
 * they give (sysexits). With --json everything on stdout and stderr is one JSON value; without it, plain words.
 */
#ifndef BESA_CMD_COMMAND_H
#define BESA_CMD_COMMAND_H

#include "base/buffer.h"
#include "base/problems.h"

struct command;
struct node;

/* Common to all commands; may stand before or after the command's name. */
struct second_typed;

struct options {
    const struct command *command; /* whose usage is shown */
    const char *home;              /* --home, BESA_HOME */
    const char *officer;           /* --officer, BESA_OFFICER; NULL: none given */
    const char *reason;            /* --reason, BESA_REASON */
    const char *case_number;       /* --case, BESA_CASE */
    const char *approver;          /* --approver */
    const char *ask;               /* --ask */
    struct second_typed *typed;    /* what the second officer typed (second.h); NULL: not kept */
    bool is_json;
};

struct command {
    const char *name;
    const char *usage; /* behind the name: "ITEM [--limit N]"; one line per form, split by '\n' */
    const char *help;  /* one sentence, then as much as is needed */
    /* argv[0] is the command's name. Gives the exit code. */
    int (*run)(struct options *options, int argc, char **argv);
};

extern const struct command commands[]; /* main.c; ends with a NULL name */

/* An option of one command. Exactly one of value, flag and list is set. */
struct command_option {
    const char *name; /* "limit" for --limit */
    char letter;      /* 'n' for -n; 0: none */
    const char **value;
    bool *flag;
    struct word_list *list; /* may be given again and again */
};
#define WORD_COUNT_MAX 64
struct word_list {
    const char *words[WORD_COUNT_MAX];
    size_t count;
};

/* Reads common and own options from argv[1..] (GNU order: options may follow words; `--` ends them). On true `words` are
 * the other words, word_min to word_max of them. On false *exit_code says how to end: 64 after a usage error (said
 * already), 0 after --help. */
bool command_parse(struct options *options, int argc, char **argv, const struct command_option *own,
                   size_t own_count, size_t word_min, size_t word_max, struct word_list *words,
                   int *exit_code);
/* The common options before the command's name. Gives the index of the name in argv, 0 when there is none (or *exit_code
 * is set: ended already). For main. */
int command_parse_common(struct options *options, int argc, char **argv, int *exit_code);
/* Decimal of min to max from an option's value; `absent` when it is NULL. INPUT names the option. */
bool command_number(const char *name, const char *value, uint64_t min, uint64_t max,
                    uint64_t absent, uint64_t *out, struct error *err);

/* Says the error on stderr ("besa request: text", or JSON) and gives its exit code. */
int command_fail(const struct options *options, const struct error *err);
/* The same with the fields that were wrong, a line each. `problems` may be NULL or empty. */
int command_fail_problems(const struct options *options, const struct error *err,
                          const struct problems *problems);
/* Says why the command line is wrong, with the usage; 64. */
int command_usage(const struct options *options, const char *format, ...) PRINTF_LIKE(2, 3);
void command_help(const struct options *options);

/* Shows a result: the JSON text `result` as it is (--json), or for people (render.h). 0, or 74 when stdout failed. */
int command_show(const struct options *options, struct span result);
/* A line on stderr for people; nothing with --json. */
void command_note(const struct options *options, const char *format, ...) PRINTF_LIKE(2, 3);

/* Progress of long work on stderr: a line that is rewritten on a terminal, else a line each 10 %. */
struct progress {
    const struct options *options;
    const char *what; /* "sending report.pdf" */
    int64_t next_percent;
    int64_t began_ms; /* of the monotonic clock, at the first call */
    bool is_begun;
};
/* What is left of work that began at `began_ms`, if it goes on as it went. */
int64_t progress_left_ms(int64_t began_ms, int64_t now_ms, int64_t done, int64_t total);
void progress_show(void *progress, int64_t done, int64_t total);
void progress_end(struct progress *progress);

/* Runs one act (desk/desk.h, or one of the node's own) through the running node, or in this process when none runs.
 * `arguments` is the text of a JSON object (empty: {}), `body` a message's exact JSON text or empty. */
bool command_ask(const struct options *options, const char *act, struct span arguments,
                 struct span body, struct buffer *result, struct problems *problems,
                 struct error *err);
/* The same and shows the result or the error. Gives the exit code. */
int command_act(const struct options *options, const char *act, struct span arguments,
                struct span body);

/* The same for work that takes a while: `what` is shown with progress; NULL: none is. */
int command_act_long(const struct options *options, const char *act, const char *what,
                     struct span arguments);

/* A whole file, or standard input for "-". */
bool command_read_file(const char *path, size_t limit, struct buffer *out, struct error *err);

/* What main does: reads the common options and runs the command that is named. Gives the exit code. (program.c) */
int program_run(int argc, char **argv);

/* The subcommands, one file each. */
typedef int command_run(struct options *options, int argc, char **argv);
command_run command_init, command_pair, command_agreement, command_succession, command_keeper,
    command_verify, command_log, command_demo, command_keys;
command_run command_serve, command_status, command_rebuild, command_doctor;
command_run command_request, command_answer, command_refuse, command_inbox, command_sent,
    command_show_item, command_assign, command_erase, command_withdraw, command_officer,
    command_approval, command_case, command_crosscheck, command_handover, command_register,
    command_attach, command_held, command_backup, command_restore, command_upgrade, command_resume,
    command_retention, command_match, command_own;
command_run command_clarify, command_limit, command_alarms;
command_run command_on_call, command_emergency, command_rights, command_glass, command_statistics;
command_run command_spontaneous;
command_run command_forward, command_export;
command_run command_copies;

#endif
