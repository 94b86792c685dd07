/*
 * The past of the demonstration, made in a process of its own that lives a year ago and runs up to now: homes, pairings,
 * agreements and people as in the first hour, the own index, and the year of cases (demo_year.h). What of it is not finished
 * is thrown away: the file `ready` comes last.
 */
#include "cmd/demo.h"

#include "base/attributes.h"
#include "cmd/demo_run.h"
#include "cmd/demo_year.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PEOPLE_OFFENCES "migrant_smuggling,organised_crime"

/* --- the own index --- */

static bool words_run(const struct place *place, const char *officer, const char *case_number,
                      const char *const *rest, struct error *err)
{
    const char *words[RUN_WORD_MAX] = {"--json",
                                       "--home",
                                       place->home,
                                       "--officer",
                                       officer,
                                       "--reason",
                                       "exercise: register of the year"};
    size_t count = 7;

    if (case_number != NULL) {
        words[count++] = "--case";
        words[count++] = case_number;
    }
    while (*rest != NULL && count + 1 < RUN_WORD_MAX)
        words[count++] = *rest++;
    struct buffer output CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    return run_besa(words, &output, err);
}

static bool register_import(const struct demo *demo, const struct place *place, struct error *err)
{
    const struct demo_staff *analyst = &demo_staff_of(place->party)[4];
    char file[PATH_SIZE], number[64];

    snprintf(file, sizeof file, DEMO_DIRECTORY "/%s.people.csv", place->party);
    snprintf(number, sizeof number, "%s-REGISTER", place->case_number);
    const char *officer[] = {"officer",     "put",         analyst->id, analyst->name,
                             analyst->unit, analyst->role, NULL};
    const char *case_words[] = {"case", number, "Exercise: register of suspects", NULL};
    const char *import[] = {"own",        "import",        file, "--source", "register",
                            "--offences", PEOPLE_OFFENCES, NULL};
    return demo_people_write(file, demo->seed, place->party, err) &&
           words_run(place, place->admin, NULL, officer, err) &&
           words_run(place, analyst->id, NULL, case_words, err) &&
           words_run(place, analyst->id, number, import, err);
}

/* --- the year --- */

static void month_say(const char *month, size_t cases, uint64_t acts)
{
    printf("          %s: %zu cases, %" PRIu64 " acts of officers so far\n", month, cases, acts);
    fflush(stdout);
}

static bool year_make(const struct demo *demo, struct error *err)
{
    const struct place *places[DEMO_NODE_MAX] = {&demo->ro, &demo->al, &demo->gr};
    struct demo_world world;

    bool ok = demo_world_open(&world, places, DEMO_NODE_MAX, err) &&
              demo_year_live(&world, demo->seed, demo->case_count, month_say, err);
    if (ok) {
        demo_clock_end();
        ok = demo_world_settle(&world, err);
    }
    demo_world_close(&world);
    return ok;
}

/* Short-lived as they are, those of a year ago have ended long since. */
static bool certificates_renew(const struct demo *demo, struct error *err)
{
    const struct place *places[] = {&demo->ro, &demo->al, &demo->gr};
    static const char *const renew[] = {"keys", "tls", "renew", NULL};

    for (size_t i = 0; i < ARRAY_COUNT(places); i++)
        if (!words_run(places[i], places[i]->admin, NULL, renew, err))
            return false;
    return true;
}

static bool past_live(struct demo *demo, struct error *err)
{
    const struct place *places[] = {&demo->ro, &demo->al, &demo->gr};

    run_inside(program_run);
    if (!demo_clock_begin(DEMO_YEAR_MS, err) || !demo_homes_make(demo, err))
        return false;
    for (size_t i = 0; i < ARRAY_COUNT(places); i++)
        if (!register_import(demo, places[i], err))
            return false;
    printf("\n          A year of exercises, lived by %zu cases from seed %" PRIu64 ":\n",
           demo->case_count, demo->seed);
    return year_make(demo, err) && certificates_renew(demo, err);
}

static void past_process(struct demo *demo)
{
    struct error err = {0};
    bool ok = past_live(demo, &err);

    if (!ok && !demo_is_interrupted)
        fprintf(stderr, "besa demo: the past: %s\n", err.text);
    fflush(stdout);
    fflush(stderr);
    _exit(ok ? 0 : 1);
}

/* The past waited for no disk. */
static void disk_wait(void)
{
    int fd = open(DEMO_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    syncfs(fd);
    close(fd);
}

bool demo_past_make(struct demo *demo, struct error *err)
{
    int status = 0;

    fflush(stdout);
    fflush(stderr);
    pid_t pid = fork();
    if (pid == 0)
        past_process(demo);
    if (pid < 0)
        return error_set(err, ERROR_LIMIT, "no process can be started: %s", strerror(errno));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    disk_wait();
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           error_set(err, ERROR_BUG, "the demonstration's past could not be made");
}
