/* The program: its words become one command of the table. See command.h. */
#include "cmd/command.h"
#include "cmd/second.h"

#include "crypto/secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

static const struct command *command_find(const char *name)
{
    for (const struct command *command = commands; command->name != NULL; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

int program_run(int argc, char **argv)
{
    struct second_typed typed = {.officer = ""};
    struct options options = {.typed = &typed,
                              .home = getenv("BESA_HOME"),
                              .officer = getenv("BESA_OFFICER"),
                              .reason = getenv("BESA_REASON"),
                              .case_number = getenv("BESA_CASE")};
    int exit_code = EX_OK;

    umask(077);
    crypto_start();
    int at = command_parse_common(&options, argc, argv, &exit_code);
    if (at == 0)
        return exit_code;
    options.command = command_find(argv[at]);
    if (options.command == NULL)
        return command_usage(&options, "'%s' is no command", argv[at]);
    exit_code = options.command->run(&options, argc - at, argv + at);
    secret_wipe(&typed, sizeof typed);
    return exit_code;
}
