/*
 * `besa case`, `besa register` and `besa handover` over a home of their own, while no node runs: every form reaches its act with every word
 * and option; what is not a form is told.
 * covers: case
 */
#include "check.h"

#include "base/attributes.h"
#include "cmd/command.h"
#include "cmd/demo_run.h"
#include "crypto/secret.h"
#include "desk/own_form.h"
#include "message/support/samples.h"

#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

/* The program's own table is in main.c, which a library cannot hold. */
const struct command commands[] = {{.name = NULL}};
static const struct command trial = {.name = "trial", .usage = "", .help = "Tries."};

static char directory[] = "/tmp/besa-case-XXXXXX";
static char paths[3][256]; /* of the home, what is said, a person */
static char said[65536];

static const char *case_number; /* NULL: none */

/* Runs a command as main does; what it says comes into `said`. */
static int run_as(command_run *command, const char *officer, char **argv)
{
    struct options options = {.command = &trial,
                              .home = paths[0],
                              .officer = officer,
                              .reason = "exercise",
                              .case_number = case_number,
                              .is_json = true};
    int argc = 0;
    int kept[2] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};
    int to = open(paths[1], O_RDWR | O_CREAT | O_TRUNC, 0600);

    if (to < 0)
        exit(1);
    while (argv[argc] != NULL)
        argc++;
    fflush(stdout);
    dup2(to, STDOUT_FILENO);
    dup2(to, STDERR_FILENO);
    int code = command(&options, argc, argv);
    fflush(stdout);
    fflush(stderr);
    for (int i = 0; i < 2; i++) {
        dup2(kept[i], i + 1);
        close(kept[i]);
    }
    ssize_t size = pread(to, said, sizeof said - 1, 0);
    said[size > 0 ? size : 0] = '\0';
    close(to);
    return code;
}

#define W(text)                    ((char[]){text})
#define ARGUMENTS(...)             ((char *[]){W("trial"), __VA_ARGS__, NULL})
#define RUN(command, officer, ...) run_as(command, officer, ARGUMENTS(__VA_ARGS__))
#define CASE(...)                  RUN(command_case, "hera", __VA_ARGS__)

static bool has(const char *text)
{
    bool is_there = strstr(said, text) != NULL;

    if (!is_there)
        printf("%.600s\n", said);
    return is_there;
}

CHECK_TEST(a_case_goes_from_opening_to_erasure)
{
    CHECK_INT(CASE(W("c-1"), W("By its number and title")), 0);
    CHECK_INT(CASE(W("put"), W("k-1"), W("Lorry"), W("--offence"), W("drug_trafficking"),
                   W("--offence"), W("migrant_smuggling"), W("--authority"), W("Police (test)"),
                   W("--restricted")),
              0);
    CHECK_INT(CASE(W("person"), W("k-1"), paths[2], W("--shielded")), 0);
    CHECK(has("\"person\":1"));
    CHECK_INT(CASE(W("person"), W("k-1"), paths[2], W("--person"), W("1")), 0);
    CHECK(has("\"person\":1"));
    CHECK_INT(CASE(W("note"), W("k-1"), W("a note")), 0);
    CHECK_INT(CASE(W("reference"), W("k-1"), W("siena"), W("S-1")), 0);
    CHECK_INT(CASE(W("task"), W("k-1"), W("hera"), W("2030-01-31T08:00:00Z"), W("ask")), 0);
    CHECK_INT(CASE(W("show"), W("k-1")), 0);
    CHECK(has("\"title\":\"Lorry\"") && has("\"authority\":\"Police (test)\"") &&
          has("\"offences\":[\"migrant_smuggling\",\"drug_trafficking\"]") &&
          has("\"restricted\":true") && has("\"record\":{") && has("a note") && has("S-1") &&
          has("2030-01-31T08:00:00.000Z"));
    CHECK_INT(CASE(W("assign"), W("k-1"), W("ana")), 0);
    CHECK_INT(CASE(W("list"), W("--by"), W("ana"), W("--unit"), W("desk"), W("--state"), W("open"),
                   W("--limit"), W("1")),
              0);
    CHECK(has("\"case\":\"k-1\""));
    CHECK_INT(CASE(W("tasks"), W("--by"), W("hera"), W("--limit"), W("5")), 0);
    CHECK(has("\"task\":1"));
    CHECK_INT(CASE(W("close"), W("k-1")), error_exit_code(ERROR_RULE));
    CHECK_INT(CASE(W("done"), W("k-1"), W("1")), 0);
    CHECK_INT(CASE(W("remove"), W("k-1"), W("1")), 0);
    CHECK_INT(CASE(W("close"), W("k-1"), W("--review"), W("2001-01-01")),
              error_exit_code(ERROR_RULE)); /* a day that has been */
    CHECK_INT(CASE(W("close"), W("k-1")), 0);
    CHECK_INT(CASE(W("reopen"), W("k-1")), 0);
    CHECK_INT(CASE(W("close"), W("k-1")), 0);
    CHECK_INT(CASE(W("erase"), W("k-1")), 0);
    CHECK_INT(CASE(W("list")), 0);
    CHECK(strstr(said, "k-1") == NULL);
}

CHECK_TEST(what_came_by_telephone_is_registered_and_translated)
{
    case_number = "c-1";
    CHECK_INT(RUN(command_register, "hera", W("put"), W("phone"), W("2020-01-31T08:00:00Z"),
                  W("Port"), W("lorry"), W("--original"), W("shelf 3"), W("--oral"), W("--urgent")),
              0);
    CHECK(has("\"register\":1,\"number\":\"20") && has("\"confirmation_due\":"));
    CHECK_INT(RUN(command_register, "hera", W("translate"), W("en"), W("Test"), W("a lorry"),
                  W("--register"), W("1"), W("--certified")),
              0);
    CHECK_INT(RUN(command_register, "hera", W("translations"), W("--register"), W("1")), 0);
    CHECK(has("\"original_prevails\":true") && has("\"certified\":true"));
    CHECK_INT(RUN(command_register, "hera", W("put"), W("paper"), W("2020-01-31T18:00:00Z"),
                  W("Port"), W("letter"), W("--original"), W("shelf 3"), W("--confirms"), W("1")),
              0);
    CHECK_INT(RUN(command_register, "hera", W("show"), W("1")), 0);
    CHECK(has("\"confirmed_by\":2"));
    CHECK_INT(RUN(command_register, "hera", W("list"), W("--of"), W("c-1"), W("--limit"), W("1")),
              0);
    CHECK(has("\"register\":2"));
    case_number = NULL;
}

CHECK_TEST(what_is_no_form_is_told)
{
    CHECK_INT(CASE(W("show")), EX_USAGE);
    CHECK_INT(CASE(W("done"), W("k-1"), W("first")), error_exit_code(ERROR_INPUT));
    CHECK_INT(CASE(W("list"), W("--limit"), W("none")), error_exit_code(ERROR_INPUT));
    CHECK_INT(CASE(W("list"), W("more")), EX_USAGE);
    CHECK_INT(CASE(W("person"), W("c-1"), W("/nowhere")), error_exit_code(ERROR_MISSING));
    CHECK_INT(RUN(command_handover, "hera", W("c-1"), W("Title")), EX_USAGE);
}

CHECK_TEST(a_shift_is_handed_over)
{
    char sha256[80];

    CHECK_INT(RUN(command_handover, "hera", W("give"), W("ana"), W("--note"), W("quiet")), 0);
    const char *at = strstr(said, "\"sha256\":\"");
    CHECK_OR_RETURN(at != NULL);
    snprintf(sha256, sizeof sha256, "%.64s", at + 10);
    CHECK_INT(RUN(command_handover, "ana", W("show"), W("1")), 0);
    CHECK_INT(RUN(command_handover, "ana", W("take"), W("1"), sha256), 0);
    CHECK_INT(RUN(command_handover, "ana", W("list"), W("--limit"), W("1")), 0);
    CHECK(has("\"taken\":"));
    CHECK_INT(CASE(W("show"), W("c-1")), 0);
    CHECK(has("\"officer\":\"ana\""));
}

static bool people_make(void)
{
    char *const rows[][2] = {{W("ana"), W("investigator")}, {W("hera"), W("head_of_desk")}};

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

static bool person_make(void)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    FILE *file = fopen(paths[2], "w");
    bool ok = file != NULL && own_person_write(&sample_persons[0], &body) &&
              fwrite(body.data, 1, body.size, file) == body.size;

    return file != NULL && fclose(file) == 0 && ok;
}

/* Every option is the act's of that name: what is wrong with it is told of it. */
CHECK_TEST(what_is_passed_on_reaches_its_act)
{
    char none[] = "01890a5d-ac96-774b-bcce-b302099a8057";
    case_number = "c-1";

    CHECK_INT(RUN(command_forward, "hera", none, W("spoc-ro"), W("--use"), W("police"),
                  W("--consent"), W("1"), W("--third-consent"), W("2")),
              error_exit_code(ERROR_MISSING));
    CHECK(has("no item"));
    CHECK_INT(RUN(command_forward, "hera", none), EX_USAGE);
    CHECK_INT(RUN(command_forward, "hera", none, W("spoc-ro"), W("--use"), W("tax")),
              error_exit_code(ERROR_INPUT));
    CHECK(has("\"arguments.use\""));
    CHECK_INT(RUN(command_export, "hera", none, W("siena"), W("Europol (test)"),
                  W("--recipient-kind"), W("agency"), W("--reference"), W("S-1"), W("--ground"),
                  W("art38_1a"), W("--instrument"), W("Law 1"), W("--article"), W("2"),
                  W("--ground-reason"), W("held"), W("--no-death-penalty"), W("--consent"), W("1"),
                  W("--third-consent"), W("2")),
              error_exit_code(ERROR_MISSING));
    CHECK(has("no item"));
    CHECK_INT(RUN(command_export, "hera", none, W("siena")), EX_USAGE);
    CHECK_INT(RUN(command_export, "hera", none, W("post"), W(""), W("--within-union")),
              error_exit_code(ERROR_INPUT));
    CHECK(has("\"arguments.channel\"") && has("\"arguments.recipient\"") &&
          has("\"arguments.recipient_kind\"") && has("\"arguments.reference\""));
    CHECK_INT(RUN(command_export, "hera", none, W("siena"), W("X"), W("--recipient-kind"), W("tax"),
                  W("--reference"), W("S"), W("--ground"), W("art39"), W("--instrument"), W(""),
                  W("--article"), W(""), W("--ground-reason"), W("")),
              error_exit_code(ERROR_INPUT));
    CHECK(has("\"arguments.recipient_kind\"") && has("\"arguments.ground\""));
}

int main(void)
{
    crypto_start();
    if (mkdtemp(directory) == NULL)
        return 1;
    snprintf(paths[0], sizeof paths[0], "%s/ro", directory);
    snprintf(paths[1], sizeof paths[1], "%s/said", directory);
    snprintf(paths[2], sizeof paths[2], "%s/person.json", directory);
    if (!people_make() || !person_make()) {
        printf("%s\n", said);
        return 1;
    }
    CHECK_RUN(a_case_goes_from_opening_to_erasure);
    CHECK_RUN(what_came_by_telephone_is_registered_and_translated);
    CHECK_RUN(what_is_no_form_is_told);
    CHECK_RUN(a_shift_is_handed_over);
    CHECK_RUN(what_is_passed_on_reaches_its_act);
    struct error err = {0};
    run_remove(directory, &err);
    return check_end();
}
