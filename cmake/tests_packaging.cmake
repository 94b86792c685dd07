# What is installed beside the program: the unit, completion, man pages.
if(TARGET besa)
  add_test(NAME packaging_systemd_test COMMAND ${CMAKE_SOURCE_DIR}/tests/packaging/systemd_test.py
           ${CMAKE_SOURCE_DIR}/packaging/systemd/besa.service $<TARGET_FILE:besa>)
  set_tests_properties(packaging_systemd_test PROPERTIES LABELS real TIMEOUT 300 RUN_SERIAL TRUE SKIP_RETURN_CODE 77)
  add_test(NAME packaging_completion_test COMMAND ${CMAKE_SOURCE_DIR}/tests/packaging/completion_test.py
           $<TARGET_FILE:besa> ${CMAKE_SOURCE_DIR}/packaging/completion/besa)
  add_test(NAME packaging_man_test COMMAND ${CMAKE_SOURCE_DIR}/tests/packaging/man_test.py $<TARGET_FILE:besa>)
  add_test(NAME packaging_install_test COMMAND ${CMAKE_SOURCE_DIR}/tests/packaging/install_test.sh
           ${CMAKE_SOURCE_DIR} $<TARGET_FILE:besa>)
  set_tests_properties(packaging_completion_test packaging_man_test packaging_install_test
                       PROPERTIES LABELS style TIMEOUT 120 SKIP_RETURN_CODE 77)
endif()
