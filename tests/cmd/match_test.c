/* Match: lists from files, links and reasons to stdout. */
#include "check.h"

#include "cmd/command.h"

#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

/* The program's own table is in main.c, which a library cannot hold. */
const struct command commands[] = {{.name = NULL}};
static const struct command match = {.name = "match", .usage = "LIST.csv", .help = "Links."};

static char directory[] = "/tmp/besa-match-XXXXXX";
static char said[65536]; /* stdout of the last command */

static char *path_of(const char *name)
{
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

static void file_write(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "we");

    CHECK_OR_RETURN(file != NULL);
    fputs(text, file);
    CHECK(fclose(file) == 0);
}

static int match_run(int argc, char **argv)
{
    struct options options = {.command = &match};
    int file = open(path_of("said"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int away = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int out = dup(STDOUT_FILENO);
    int err = dup(STDERR_FILENO);

    fflush(stdout);
    dup2(file, STDOUT_FILENO);
    dup2(away, STDERR_FILENO);
    int exit_code = command_match(&options, argc, argv);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    close(away);
    ssize_t size = pread(file, said, sizeof said - 1, 0);
    said[size < 0 ? 0 : size] = '\0';
    close(file);
    return exit_code;
}

#define RUN(...)                                                                                   \
    match_run((int)ARRAY_COUNT(((char *[]){NULL, __VA_ARGS__})),                                   \
              (char *[]){(char[]){"match"}, __VA_ARGS__, NULL})

static bool begins(const char *text)
{
    return strncmp(said, text, strlen(text)) == 0;
}

static bool holds(const char *text)
{
    return strstr(said, text) != NULL;
}

static void lists_write(void)
{
    file_write("a.csv", "id,given,family,born,place\n"
                        "A1,Zdravka,Petrovska,1984-05-03,Vlora\n"
                        "A2,Zef,Stefanik,1972-11-30,Durres\n");
    file_write("b.csv", "id,given,family,born,place\n"
                        "\"B\"\"1\",Petrovska,Zdravka,1984-03-05,Vlora\n"
                        "B2,Lule,Kolasi,1991-02-17,Tirana\n"
                        "B3,Zdravka,Petrovskaa,1984-05-03,Vlora\n");
}

CHECK_TEST(two_lists_are_linked_with_reasons)
{
    lists_write();
    CHECK_INT(RUN(path_of("a.csv"), (char[]){"--against"}, path_of("b.csv")), EX_OK);
    CHECK(begins("cluster,a,b,share,bits,tie,reasons\n1,\"A1\",\"B3\","));
    CHECK(holds("\n1,\"A1\",\"B\"\"1\","));
    CHECK(holds("birth date has day and month swapped: +"));
    CHECK(holds("given and family name swapped: +"));
    CHECK(holds(",weakest,"));
    CHECK(!holds("A2") && !holds("B2"));
    CHECK(!holds("\"B\"\"1\",\"B3\""));          /* across the lists, not within */
    CHECK(!holds("Petrov") && !holds("petrov")); /* no value of a record */
}

CHECK_TEST(one_to_one_keeps_the_best)
{
    lists_write();
    CHECK_INT(
        RUN(path_of("a.csv"), (char[]){"--against"}, path_of("b.csv"), (char[]){"--one-to-one"}),
        EX_OK);
    CHECK(holds("\"A1\",\"B3\"") && !holds("B\"\"1"));
}

CHECK_TEST(a_list_is_linked_to_itself)
{
    lists_write();
    CHECK_INT(RUN(path_of("b.csv"), (char[]){"--against"}, (char[]){"self"}), EX_OK);
    CHECK(holds("\n1,\"B\"\"1\",\"B3\","));
    CHECK_INT(RUN(path_of("a.csv")), EX_OK);
    CHECK(strcmp(said, "cluster,a,b,share,bits,tie,reasons\n") == 0);
}

CHECK_TEST(json_says_what_was_compared)
{
    lists_write();
    CHECK_INT(RUN(path_of("a.csv"), (char[]){"--against"}, path_of("b.csv"), (char[]){"--out"},
                  (char[]){"json"}),
              EX_OK);
    CHECK(begins("{\"records\":5,\"compared\":"));
    CHECK(holds("\"b\":\"B3\"") && holds("\"reasons\":[\""));
    CHECK(holds("\"weakest\":true"));
}

CHECK_TEST(what_is_wrong_is_said)
{
    lists_write();
    file_write("c.csv", "name\nAna\n");
    CHECK_INT(RUN(path_of("a.csv"), (char[]){"--out"}, (char[]){"xml"}), EX_USAGE);
    CHECK_INT(RUN(path_of("a.csv"), (char[]){"--least"}, (char[]){"101"}), EX_USAGE);
    CHECK_INT(RUN(path_of("c.csv")), EX_DATAERR);
    CHECK(RUN(path_of("missing.csv")) != EX_OK);
}

int main(void)
{
    if (mkdtemp(directory) == NULL)
        return 1;
    CHECK_RUN(two_lists_are_linked_with_reasons);
    CHECK_RUN(one_to_one_keeps_the_best);
    CHECK_RUN(a_list_is_linked_to_itself);
    CHECK_RUN(json_says_what_was_compared);
    CHECK_RUN(what_is_wrong_is_said);
    for (size_t i = 0; i < 4; i++)
        unlink(path_of((const char *[]){"a.csv", "b.csv", "c.csv", "said"}[i]));
    rmdir(directory);
    return check_end();
}
