@core @since-0.12.0
Feature: A runtime can have only one priority per format
  A runtime can list a format several times, with different versions. Since v0.12.0 all of these entries with
  autoSelect must have the same priority; otherwise the webhook rejects the runtime. It performs this check only while
  it compares the runtime with others, so the first runtime of a scope is not checked.

  Background:
    Given a ServingRuntime "first-server" in namespace "team-a"
      | format  | version | autoSelect |
      | xgboost | 1       | true       |

  @rule-no-mixed-priority @claim-d12 @documented
  Scenario: Different priorities for two versions are rejected
    When a ServingRuntime "mixed-server" in namespace "team-a" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 0       | true       | 1        |
      | sklearn | 1       | true       | 2        |
    Then the runtime is rejected

  @rule-no-mixed-priority @claim-d12 @documented
  Scenario: The same priority for two versions is accepted
    When a ServingRuntime "even-server" in namespace "team-a" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 0       | true       | 2        |
      | sklearn | 1       | true       | 2        |
    Then the runtime is accepted

  @rule-no-mixed-priority @documented
  Scenario: Different priorities for two formats are accepted
    When a ServingRuntime "even-server" in namespace "team-a" is applied
      | format   | version | autoSelect | priority |
      | sklearn  | 1       | true       | 1        |
      | lightgbm | 3       | true       | 2        |
    Then the runtime is accepted

  @rule-no-mixed-priority @documented
  Scenario: The priority of an entry without autoSelect is ignored
    When a ServingRuntime "even-server" in namespace "team-a" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 0       | false      | 1        |
      | sklearn | 1       | true       | 2        |
    Then the runtime is accepted

  @rule-no-mixed-priority
  Scenario: A change to different priorities is rejected
    When ServingRuntime "first-server" in namespace "team-a" is patched with
      """
      supportedModelFormats:
        - name: xgboost
          version: "1"
          autoSelect: true
          priority: 1
        - name: xgboost
          version: "2"
          autoSelect: true
          priority: 2
      """
    Then the runtime is rejected

  @rule-mixed-priority-check-gaps @extended
  Scenario: The first runtime of a namespace can have different priorities
    When a ServingRuntime "mixed-server" in namespace "team-b" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 0       | true       | 1        |
      | sklearn | 1       | true       | 2        |
    Then the runtime is accepted

  @rule-mixed-priority-check-gaps @claim-d12 @extended
  Scenario: The documentation requires one priority in the first runtime of a namespace as well
    When a ServingRuntime "mixed-server" in namespace "team-b" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 0       | true       | 1        |
      | sklearn | 1       | true       | 2        |
    Then the runtime is rejected

  @rule-mixed-priority-check-gaps @extended
  Scenario Outline: A runtime whose first entry has no priority can have <what>
    When a ServingRuntime "mixed-server" in namespace "team-a" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 0       | true       |          |
      | sklearn | 1       | true       | 1        |
      | sklearn | 2       | true       | <third>  |
    Then the runtime is accepted

    Examples:
      | what                           | third |
      | one priority in its others     | 1     |
      | two priorities in its others   | 2     |

  @rule-mixed-priority-check-gaps @extended
  Scenario: An entry without a priority can follow one with a priority
    When a ServingRuntime "mixed-server" in namespace "team-a" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 0       | true       | 1        |
      | sklearn | 1       | true       |          |
    Then the runtime is accepted

  @rule-mixed-priority-check-gaps @extended
  Scenario: Format names that differ only in case are different formats here
    When a ServingRuntime "mixed-server" in namespace "team-a" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 0       | true       | 1        |
      | SKLearn | 1       | true       | 2        |
    Then the runtime is accepted

  @rule-no-mixed-priority @extended @until-0.13.1
  Scenario: Up to v0.13.1 the message begins with a capital letter
    When a ServingRuntime "mixed-server" in namespace "team-a" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 0       | true       | 1        |
      | sklearn | 1       | true       | 2        |
    Then the runtime is rejected with "Different priorities assigned for the model format sklearn under the servingruntime mixed-server"

  @rule-no-mixed-priority @extended @since-0.14.0
  Scenario: Since v0.14.0 the message begins with a small letter
    When a ServingRuntime "mixed-server" in namespace "team-a" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 0       | true       | 1        |
      | sklearn | 1       | true       | 2        |
    Then the runtime is rejected with "different priorities assigned for the model format sklearn under the servingruntime mixed-server"

  @rule-no-equal-priority @extended @since-0.11.1 @until-0.11.2
  Scenario: In v0.11.1 and v0.11.2 different priorities are accepted
    When a ServingRuntime "mixed-server" in namespace "team-a" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 0       | true       | 1        |
      | sklearn | 1       | true       | 2        |
    Then the runtime is accepted
