/*
 * `besa demo`: two training nodes on this machine, one in Bucharest and one in Tirana, and one request with its answer
 * between them, shown as it happens. Everything goes the way that real nodes go: the same commands, two processes, TLS on
 * the loopback. DEMO=scripted verifies each step and ends; FRESH=1 starts anew.
 */
#include "cmd/demo.h"

#include "base/attributes.h"
#include "base/text.h"
#include "cmd/demo_case.h"
#include "cmd/demo_run.h"
#include "cmd/demo_year.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CASES_USUAL 160u /* some thirteen a month */

volatile sig_atomic_t demo_is_interrupted;

static void interrupt(int number)
{
    (void)number;
    demo_is_interrupted = 1;
}

int64_t demo_now_ms(void)
{
    return env_real()->now_ms(env_real()->context);
}

int64_t clock_ms(void)
{
    return env_real()->monotonic_ms(env_real()->context);
}

/* "14:02:07  Tirana     text" */
void demo_say(const struct place *place, const char *format, ...)
{
    char now[TIME_TEXT_SIZE];
    va_list list;

    time_write(demo_now_ms(), now);
    printf("%.8s  %-10s ", now + 11, place == NULL ? "" : place->city);
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    putchar('\n');
    fflush(stdout);
}

/* --- the whole --- */

struct step {
    const char *name;
    bool (*run)(struct demo *demo, struct error *err);
};

static const struct step begin_steps[] = {{"homes", demo_step_homes},
                                          {"start", demo_step_start},
                                          {"people", demo_step_people},
                                          {"logins", demo_step_logins}};
static const struct step exchange_steps[] = {
    {"attach", demo_step_attach}, {"send", demo_step_send},        {"receipt", demo_step_receipt},
    {"inbox", demo_step_inbox},   {"open", demo_step_open},        {"assign", demo_step_assign},
    {"told", demo_step_told},     {"held", demo_step_held},        {"read", demo_step_read},
    {"answer", demo_step_answer}, {"answered", demo_step_answered}};
static const struct step third_step = {"third", demo_step_third};
static const struct step apart_step = {"apart", demo_step_apart};
static const struct step check_steps[] = {
    {"verify", demo_step_verify}, {"export", demo_step_export}, {"rebuild", demo_step_rebuild}};

static bool steps_run(struct demo *demo, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct error err = {0};
        if (steps[i].run(demo, &err))
            continue;
        if (demo_is_interrupted)
            return false;
        fprintf(stderr, "besa demo: step %s failed: %s\n", steps[i].name, err.text);
        return false;
    }
    return true;
}

static void outlook_show(const struct demo *demo)
{
    const struct place *ro = &demo->ro;
    const struct place *al = &demo->al;
    const struct demo_staff *head = &demo_staff_of(ro->party)[5];
    const struct demo_staff *investigator = &demo_staff_of(ro->party)[2];
    char program[PATH_SIZE] = "besa";
    struct demo_cast cast; /* its first is of Romania, and in the register there */

    demo_cast_make(demo->seed, &cast);
    if (readlink("/proc/self/exe", program, sizeof program - 1) < 0)
        snprintf(program, sizeof program, "besa");
    printf(
        "\nAll three nodes go on running; Ctrl-C stops them. To look further, in another shell:\n"
        "  alias besa=%s\n"
        "  besa --home %s --officer %s --reason exercise case list\n"
        "  besa --home %s --officer %s --reason exercise alarms\n"
        "  besa --home %s --officer %s --reason exercise --case %s-REGISTER own search %s "
        "--purpose investigation\n"
        "  besa --home %s --officer %s --reason exercise sent\n"
        "  besa --home %s --officer %s --reason exercise inbox\n",
        program, ro->home, head->id, ro->home, head->id, ro->home, investigator->id,
        ro->case_number, cast.people[0].family, ro->home, ro->officer, al->home, al->officer);
    if (demo->request[0] != '\0')
        printf("  besa --home %s --officer %s --reason exercise --case %s show %s\n", ro->home,
               ro->officer, ro->case_number, demo->request);
    printf("  besa --home %s --officer %s --reason check status\n"
           "  besa --home %s agreement show ro-al\n"
           "  besa --home %s log list\n"
           "  besa --home %s --officer %s --reason check verify\n"
           "Officers: %s, %s (approves), %s (administrator) in Bucharest;\n"
           "          %s, %s (approves), %s (administrator) in Tirana.\n"
           "Athens has an agreement of its own with Bucharest; nothing of Tirana's is there:\n"
           "  besa --home %s --officer %s --reason exercise inbox\n"
           "What the nodes say: %s/ro.log, %s/al.log, %s/gr.log. FRESH=1 starts anew.\n",
           ro->home, ro->admin, ro->home, ro->home, ro->home, ro->admin, ro->officer, ro->approver,
           ro->admin, al->officer, al->approver, al->admin, demo->gr.home, demo->gr.officer,
           DEMO_DIRECTORY, DEMO_DIRECTORY, DEMO_DIRECTORY);
    fflush(stdout);
}

static int demo_run(struct demo *demo)
{
    bool ok = steps_run(demo, begin_steps, ARRAY_COUNT(begin_steps));

    if (ok && (demo->is_scripted || demo->is_new))
        ok = steps_run(demo, exchange_steps, ARRAY_COUNT(exchange_steps));
    ok = ok && steps_run(demo, &third_step, 1);
    if (ok && demo->answer[0] != '\0')
        ok = steps_run(demo, &apart_step, 1);
    if (ok && demo->is_scripted)
        ok = steps_run(demo, check_steps, ARRAY_COUNT(check_steps));
    if (!ok)
        return demo_is_interrupted ? 0 : error_exit_code(ERROR_BUG);
    if (demo->is_scripted) {
        printf("demo: every step verified\n");
        return 0;
    }
    outlook_show(demo);
    while (!demo_is_interrupted) {
        if (!run_is_alive(&demo->ro.pid) || !run_is_alive(&demo->al.pid)) {
            fprintf(stderr, "besa demo: a node ended; see %s/*.log\n", DEMO_DIRECTORY);
            return error_exit_code(ERROR_LINK);
        }
        run_sleep_ms(200);
    }
    return 0;
}

/* Paths are those of the current directory, absolute, so that what is printed works anywhere. */
static bool places_fill(struct demo *demo, struct error *err)
{
    char here[PATH_SIZE - 32];

    if (getcwd(here, sizeof here) == NULL)
        return error_set(err, ERROR_INPUT, "the current directory's path is too long");
    snprintf(demo->ro.home, sizeof demo->ro.home, "%s/%s/ro", here, DEMO_DIRECTORY);
    snprintf(demo->al.home, sizeof demo->al.home, "%s/%s/al", here, DEMO_DIRECTORY);
    snprintf(demo->gr.home, sizeof demo->gr.home, "%s/%s/gr", here, DEMO_DIRECTORY);
    return true;
}

int command_demo(struct options *options, int argc, char **argv)
{
    static struct demo demo;
    const char *mode = getenv("DEMO");
    struct sigaction action = {.sa_handler = interrupt};
    const char *seed = NULL, *cases = NULL;
    const struct command_option own[] = {{.name = "seed", .value = &seed},
                                         {.name = "cases", .value = &cases}};
    uint64_t seed_number = 1, case_count = 0;
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    if (!command_number("seed", seed, 0, INT64_MAX, 1, &seed_number, &err) ||
        !command_number("cases", cases, 0, DEMO_CASES_MAX, CASES_USUAL, &case_count, &err))
        return command_fail(options, &err);
    demo = (struct demo){.options = options,
                         .ro = {.party = "ro",
                                .city = "Bucharest",
                                .institution = "Training Institution of Romania",
                                .contact = "+40 00 000 0000 (exercise)",
                                .admin = "radu-petran",
                                .admin_name = "Radu Petran",
                                .officer = "irina-voicescu",
                                .officer_name = "Irina Voicescu",
                                .approver = "vlad-sorescan",
                                .approver_name = "Vlad Sorescan",
                                .unit = "spoc-1",
                                .case_number = CASE_RO},
                         .al = {.party = "al",
                                .city = "Tirana",
                                .institution = "Training Institution of Albania",
                                .contact = "+355 00 000 000 (exercise)",
                                .admin = "gent-bardhaj",
                                .admin_name = "Gent Bardhaj",
                                .officer = "mira-lekushi",
                                .officer_name = "Mira Lekushi",
                                .approver = "arben-hotolli",
                                .approver_name = "Arben Hotolli",
                                .unit = "spoc-1",
                                .case_number = CASE_AL},
                         .gr = {.party = "gr",
                                .city = "Athens",
                                .institution = "Training Institution of Greece",
                                .contact = "+30 00 000 0000 (exercise)",
                                .admin = "nikos-valaris",
                                .admin_name = "Nikos Valaris",
                                .officer = "eleni-drakou",
                                .officer_name = "Eleni Drakou",
                                .approver = "petros-manikas",
                                .approver_name = "Petros Manikas",
                                .unit = "spoc-1",
                                .case_number = CASE_GR},
                         .seed = seed_number,
                         .case_count = (size_t)case_count,
                         .is_scripted = mode != NULL && strcmp(mode, "scripted") == 0};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (!places_fill(&demo, &err))
        return command_fail(options, &err);
    exit_code = demo_run(&demo);
    run_stop(&demo.ro.pid);
    run_stop(&demo.al.pid);
    run_stop(&demo.gr.pid);
    return exit_code;
}
