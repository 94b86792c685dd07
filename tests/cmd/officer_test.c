/*
 * `besa officer` and `besa approval` over a home of their own, while no node runs: lists that page, a one-time password
 * that two officers give, one's own that the old one changes.
 * covers: officer approval duty node_password second prompt
 */
#include "check.h"

#include "base/attributes.h"
#include "cmd/command.h"
#include "cmd/demo_run.h"
#include "crypto/secret.h"

#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

/* The program's own table is in main.c, which a library cannot hold. */
const struct command commands[] = {{.name = NULL}};
static const struct command trial = {.name = "trial", .usage = "", .help = "Tries."};

static char directory[] = "/tmp/besa-officer-XXXXXX";
static char paths[3][256]; /* of the home, what is said, what is typed */
static char said[65536];
static const char *asked; /* --ask of the next command */

/* Runs a command as main does, with `typed` at its standard input; what it says comes into `said`. */
static int run_typed(command_run *command, const char *officer, const char *approver,
                     const char *typed, char **argv)
{
    struct options options = {.command = &trial,
                              .home = paths[0],
                              .officer = officer,
                              .approver = approver,
                              .ask = asked,
                              .reason = "exercise",
                              .is_json = true};
    int argc = 0;
    int kept[3] = {dup(STDIN_FILENO), dup(STDOUT_FILENO), dup(STDERR_FILENO)};
    FILE *input = fopen(paths[2], "w");
    bool is_typed = input != NULL && fputs(typed, input) >= 0;

    if (input != NULL)
        fclose(input);
    int from = open(paths[2], O_RDONLY);
    int to = open(paths[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (!is_typed || from < 0 || to < 0)
        exit(1);
    while (argv[argc] != NULL)
        argc++;
    fflush(stdout);
    dup2(from, STDIN_FILENO);
    dup2(to, STDOUT_FILENO);
    dup2(to, STDERR_FILENO);
    int code = command(&options, argc, argv);
    fflush(stdout);
    fflush(stderr);
    for (int i = 0; i < 3; i++) {
        dup2(kept[i], i);
        close(kept[i]);
    }
    ssize_t size = pread(to, said, sizeof said - 1, 0);
    said[size > 0 ? size : 0] = '\0';
    close(from);
    close(to);
    return code;
}

#define W(text)                    ((char[]){text})
#define ARGUMENTS(...)             ((char *[]){W("trial"), __VA_ARGS__, NULL})
#define RUN(command, officer, ...) run_typed(command, officer, NULL, "", ARGUMENTS(__VA_ARGS__))

static bool has(const char *text)
{
    bool is_there = strstr(said, text) != NULL;

    if (!is_there)
        printf("%.600s\n", said);
    return is_there;
}

static bool field(const char *name, char out[128])
{
    char wanted[48];

    snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *found = strstr(said, wanted);
    if (found == NULL)
        return has(wanted);
    found += strlen(wanted);
    snprintf(out, 128, "%.*s", (int)strcspn(found, "\""), found);
    return true;
}

CHECK_TEST(the_list_of_officers_pages)
{
    unsigned rows = 0;
    char next[128] = "";

    CHECK_INT(RUN(command_officer, "boss", W("list")), 0);
    CHECK(has("\"id\":\"ana\"") && has("\"id\":\"sec\""));
    CHECK_INT(RUN(command_officer, "boss", W("list"), W("--limit"), W("1")), 0);
    for (; strstr(said, "\"next\":") != NULL && rows < 16; rows++) {
        CHECK_OR_RETURN(field("next", next));
        CHECK_INT(RUN(command_officer, "boss", W("list"), W("--limit"), W("1"), W("--after"), next),
                  0);
    }
    CHECK_INT(rows + 1, 4); /* ana, boss, hera, sec */
    CHECK_INT(RUN(command_officer, "boss", W("list"), W("--limit"), W("0")), EX_USAGE);
    CHECK_INT(RUN(command_officer, "boss", W("list"), W("more")), EX_USAGE);
    CHECK_INT(RUN(command_officer, "boss", W("sell")), EX_USAGE);
}

CHECK_TEST(two_officers_give_a_password_and_its_owner_changes_it)
{
    char first[128];
    char second[128];
    char id[128];
    char sha256[128];
    char typed[400];

    CHECK_INT(RUN(command_officer, "boss", W("password"), W("ana")), 0);
    CHECK_OR_RETURN(field("first_half", first) && field("approval", id));
    CHECK_INT(RUN(command_approval, "hera", W("list")), 0);
    CHECK(has(id) && has("\"waits_for_me\":true"));
    CHECK_INT(RUN(command_approval, "hera", W("show"), id), 0);
    CHECK_OR_RETURN(field("sha256", sha256));
    CHECK(RUN(command_approval, "boss", W("confirm"), id, sha256) != 0);
    CHECK_INT(RUN(command_approval, "hera", W("confirm"), id, sha256), 0);
    CHECK_OR_RETURN(field("second_half", second));
    /* A wrong old one changes nothing, a short new one neither. */
    snprintf(typed, sizeof typed, "%s-%s\nmy own and long\n", first, first);
    CHECK_INT(run_typed(command_officer, "ana", NULL, typed, ARGUMENTS(W("password"))),
              error_exit_code(ERROR_RULE));
    CHECK(has("old password is wrong"));
    snprintf(typed, sizeof typed, "%s-%s\nshort\n", first, second);
    CHECK(run_typed(command_officer, "ana", NULL, typed, ARGUMENTS(W("password"))) != 0);
    snprintf(typed, sizeof typed, "%s-%s\nmy own and long\n", first, second);
    CHECK_INT(run_typed(command_officer, "ana", NULL, typed, ARGUMENTS(W("password"))), 0);
    CHECK(has("the password is set"));
    CHECK(run_typed(command_officer, "ana", NULL, typed, ARGUMENTS(W("password"))) != 0);
    CHECK(run_typed(command_officer, "ana", NULL, "my own and long\nmy own and long\n",
                    ARGUMENTS(W("password"))) != 0);
    CHECK(has("the old one"));
}

CHECK_TEST(with_an_approver_both_halves_are_told_at_once)
{
    CHECK_INT(run_typed(command_officer, "boss", "sec", "", ARGUMENTS(W("password"), W("ana"))), 0);
    CHECK(has("\"one_time_password\":\""));
    CHECK(run_typed(command_officer, "boss", "ana", "", ARGUMENTS(W("password"), W("ana"))) != 0);
    CHECK(run_typed(command_officer, "boss", "boss", "", ARGUMENTS(W("password"), W("ana"))) != 0);
}

CHECK_TEST(a_draft_is_refused_at_the_command_line)
{
    char id[128];

    CHECK_INT(RUN(command_officer, "boss", W("password"), W("ana")), 0);
    CHECK_OR_RETURN(field("approval", id));
    CHECK_INT(RUN(command_approval, "sec", W("refuse"), id), 0);
    CHECK(has("\"state\":\"refused\""));
    CHECK_INT(RUN(command_approval, "sec", W("refuse")), EX_USAGE);
    CHECK_INT(RUN(command_approval, "sec", W("show"), W("none")), EX_DATAERR);
}

/* Two who have no password yet give one, and its owner sets an own one. */
static bool password_have(char *officer, const char *password)
{
    char once[128], typed[400];

    if (run_typed(command_officer, "boss", "hera", "", ARGUMENTS(W("password"), officer)) != 0 ||
        !field("one_time_password", once))
        return false;
    snprintf(typed, sizeof typed, "%s\n%s\n", once, password);
    return password == NULL ||
           run_typed(command_officer, officer, NULL, typed, ARGUMENTS(W("password"))) == 0;
}

#define OWN "sec's own and long\n"

CHECK_TEST(an_approver_with_a_password_types_it)
{
    CHECK_OR_RETURN(password_have(W("sec"), "sec's own and long"));
    CHECK_INT(run_typed(command_officer, "boss", "sec", "", ARGUMENTS(W("password"), W("ana"))),
              error_exit_code(ERROR_SESSION));
    CHECK(has("password of sec is wanted"));
    CHECK_INT(run_typed(command_officer, "boss", "sec", "a wrong and long one\n",
                        ARGUMENTS(W("password"), W("ana"))),
              error_exit_code(ERROR_RULE));
    CHECK(has("password of sec is wrong"));
    CHECK_INT(run_typed(command_officer, "boss", "sec", OWN, ARGUMENTS(W("password"), W("ana"))),
              0);
    CHECK(has("\"one_time_password\":\""));
    /* ana was given one and has not set her own: she proves nothing with it. */
    CHECK_INT(run_typed(command_officer, "boss", "ana", "x\n", ARGUMENTS(W("password"), W("hera"))),
              error_exit_code(ERROR_RULE));
    CHECK(has("one-time password"));
}

CHECK_TEST(who_confirms_a_draft_and_has_a_password_types_it)
{
    char id[128], sha256[128];

    CHECK_INT(RUN(command_officer, "boss", W("password"), W("ana")), 0);
    CHECK_OR_RETURN(field("approval", id));
    CHECK_INT(RUN(command_approval, "sec", W("show"), id), 0);
    CHECK_OR_RETURN(field("sha256", sha256));
    CHECK_INT(run_typed(command_approval, "sec", NULL, "a wrong and long one\n",
                        ARGUMENTS(W("confirm"), id, sha256)),
              error_exit_code(ERROR_RULE));
    CHECK(has("password of sec is wrong"));
    CHECK_INT(run_typed(command_approval, "sec", NULL, OWN, ARGUMENTS(W("confirm"), id, sha256)),
              0);
    CHECK(has("\"second_half\":\""));
}

/* As through the API: what nobody does alone, and what may wait, is asked for and confirmed. */
CHECK_TEST(an_act_of_two_is_asked_for_listed_and_confirmed_here)
{
    char id[128], sha256[128];

    asked = "*";
    CHECK_INT(RUN(command_keys, "hera", W("revoke"), W("officer"), W("ana")), 0);
    CHECK(has("\"act\":\"officer-revoke\"") && has("waits for a second officer"));
    CHECK_OR_RETURN(field("approval", id) && field("sha256", sha256));
    CHECK_INT(
        run_typed(command_keys, "hera", "sec", OWN, ARGUMENTS(W("revoke"), W("officer"), W("ana"))),
        EX_DATAERR);
    CHECK(has("one of them"));
    CHECK_INT(RUN(command_officer, "boss", W("list")), EX_DATAERR);
    CHECK(has("does not wait"));
    asked = "nobody";
    CHECK(RUN(command_keys, "hera", W("revoke"), W("officer"), W("ana")) != 0);
    asked = NULL;
    CHECK_INT(RUN(command_approval, "sec", W("list")), 0);
    CHECK(has(id) && has("\"waits_for_me\":true"));
    CHECK_INT(RUN(command_approval, "sec", W("show"), id), 0);
    CHECK(has("{\\\"id\\\":\\\"ana\\\"}")); /* its arguments, as they were given */
    CHECK(RUN(command_approval, "hera", W("confirm"), id, sha256) != 0);
    CHECK(has("own draft"));
    CHECK_INT(run_typed(command_approval, "sec", NULL, OWN, ARGUMENTS(W("confirm"), id, sha256)),
              0);
    CHECK(has("all sessions have ended"));
}

static bool people_make(void)
{
    char *const rows[][2] = {{W("ana"), W("investigator")},
                             {W("hera"), W("head_of_desk")},
                             {W("sec"), W("security_officer")}};

    if (RUN(command_init, "boss", W("--party"), W("ro"), W("--listen"), W("127.0.0.1:8443"),
            W("--contact"), W("telephone of an exercise"), W("--training"), W("--make-institution"),
            W("Institution of an exercise")) != 0)
        return false;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        if (RUN(command_officer, "boss", W("put"), rows[i][0], W("Test"), W("desk"), rows[i][1]) !=
            0)
            return false;
    return true;
}

CHECK_TEST(who_is_on_call_and_the_counts_of_a_year_are_told_here)
{
    CHECK_INT(RUN(command_on_call, "hera", W("put"), W("hera"), W("2030-01-01T20:00:00Z"),
                  W("2030-01-02T06:00:00Z"), W("+40 700 000 003")),
              EX_DATAERR); /* years ahead */
    CHECK(has("days ahead"));
    CHECK_INT(RUN(command_on_call, "hera", W("list")), 0);
    CHECK(has("\"list\":[]"));
    CHECK_INT(RUN(command_on_call, "hera", W("remove"), W("none")), EX_DATAERR);
    CHECK(RUN(command_on_call, "hera", W("remove"), W("7")) != 0);
    CHECK_INT(RUN(command_on_call, "hera", W("sell")), EX_USAGE);
    CHECK_INT(RUN(command_emergency, "hera", W("list"), W("--all")), 0);
    CHECK(has("\"list\":[]"));
    CHECK(RUN(command_emergency, "hera", W("review"), W("01890a5d-ac96-774b-bcce-b302099a8057"),
              W("confirmed")) != 0);
    CHECK_INT(RUN(command_emergency, "hera", W("send")), EX_USAGE);
    CHECK_INT(RUN(command_statistics, "hera", W("2026")), 0);
    CHECK(has("\"heading\":\"Besa yearly report") && has("\"year\":2026"));
    CHECK_INT(RUN(command_statistics, "hera", W("2026"), W("--csv")), 0);
    CHECK(has("year,agreement,partner,direction,figure,of,value\r\n"));
    CHECK_INT(RUN(command_statistics, "hera", W("1999")), EX_DATAERR);
}

int main(void)
{
    crypto_start();
    if (mkdtemp(directory) == NULL)
        return 1;
    snprintf(paths[0], sizeof paths[0], "%s/ro", directory);
    snprintf(paths[1], sizeof paths[1], "%s/said", directory);
    snprintf(paths[2], sizeof paths[2], "%s/typed", directory);
    if (!people_make()) {
        printf("%s\n", said);
        return 1;
    }
    CHECK_RUN(the_list_of_officers_pages);
    CHECK_RUN(two_officers_give_a_password_and_its_owner_changes_it);
    CHECK_RUN(with_an_approver_both_halves_are_told_at_once);
    CHECK_RUN(a_draft_is_refused_at_the_command_line);
    CHECK_RUN(an_approver_with_a_password_types_it);
    CHECK_RUN(who_confirms_a_draft_and_has_a_password_types_it);
    CHECK_RUN(an_act_of_two_is_asked_for_listed_and_confirmed_here);
    CHECK_RUN(who_is_on_call_and_the_counts_of_a_year_are_told_here);
    struct error err = {0};
    run_remove(directory, &err);
    return check_end();
}
