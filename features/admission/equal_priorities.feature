@core @since-0.11.1
Feature: Two runtimes of one scope cannot have the same priority for one format
  Since v0.11.1 the webhook rejects a runtime that would tie with another one: both are enabled, both are in the same
  namespace or both are cluster runtimes, both support the same format and version with autoSelect and the same
  priority, and both list a common protocol. The message names both runtimes.

  @rule-no-equal-priority @claim-d11 @documented
  Scenario Outline: A runtime with an equal priority is rejected: <scope>
    Given a <first> that speaks "v1, v2"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a <second> that speaks "v2" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    Then the runtime is rejected

    Examples:
      | scope     | first                                                | second                                              |
      | cluster   | ClusterServingRuntime "first-server"                 | ClusterServingRuntime "second-server"               |
      | namespace | ServingRuntime "first-server" in namespace "team-a"  | ServingRuntime "second-server" in namespace "team-a" |

  @rule-no-equal-priority @claim-d11 @documented @since-0.11.0
  Scenario: The documentation of v0.11.0 already forbids equal priorities
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    Then the runtime is rejected

  @rule-no-equal-priority @documented
  Scenario: A runtime with another priority is accepted
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 2        |
    Then the runtime is accepted

  @rule-no-equal-priority @documented
  Scenario: A runtime with an equal priority for another version is accepted
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 0       | true       | 1        |
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    Then the runtime is accepted

  @rule-no-equal-priority @documented
  Scenario: A runtime with an equal priority for another format is accepted
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format  | version | autoSelect | priority |
      | xgboost | 1       | true       | 1        |
    Then the runtime is accepted

  @rule-no-equal-priority
  Scenario: Two entries without a version count as the same version
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn |         | true       | 1        |
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format  | version | autoSelect | priority |
      | sklearn |         | true       | 1        |
    Then the runtime is rejected

  @rule-no-equal-priority
  Scenario: One common entry among several is enough for a rejection
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
      | xgboost | 1       | true       | 2        |
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format   | version | autoSelect | priority |
      | lightgbm | 3       | true       | 1        |
      | xgboost  | 1       | true       | 2        |
    Then the runtime is rejected

  @rule-no-equal-priority @extended
  Scenario: Format names are compared without regard to case
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format  | version | autoSelect | priority |
      | SKLearn | 1       | true       | 1        |
    Then the runtime is rejected

  @rule-no-equal-priority
  Scenario: A change that would make two priorities equal is rejected
    Given these ClusterServingRuntimes
      | name          | format  | version | autoSelect | priority | protocols |
      | first-server  | sklearn | 1       | true       | 1        | v1        |
      | second-server | sklearn | 1       | true       | 2        | v1        |
    When ClusterServingRuntime "second-server" is patched with
      """
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
          priority: 1
      """
    Then the runtime is rejected

  @rule-no-equal-priority
  Scenario: A runtime does not tie with its own earlier state
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When ClusterServingRuntime "first-server" is patched with
      """
      protocolVersions: [v1, v2]
      """
    Then the runtime is accepted

  @rule-no-equal-priority @extended @until-0.13.1
  Scenario: Up to v0.13.1 the message begins with a capital letter
    Given a ServingRuntime "first-server" in namespace "team-a" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ServingRuntime "second-server" in namespace "team-a" that speaks "v1" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    Then the runtime is rejected with "Same priority assigned for the model format sklearn in the servingruntimes first-server and second-server in namespace "

  @rule-no-equal-priority @extended @since-0.14.0
  Scenario: Since v0.14.0 the message begins with a small letter
    Given a ServingRuntime "first-server" in namespace "team-a" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ServingRuntime "second-server" in namespace "team-a" that speaks "v1" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    Then the runtime is rejected with "same priority assigned for the model format sklearn in the servingruntimes first-server and second-server in namespace "

  @rule-no-equal-priority @extended @exact-names
  Scenario: The message about a cluster runtime names no namespace
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    Then the runtime is rejected with "ame priority assigned for the model format sklearn in the clusterservingruntimes first-server and second-server"

  @rule-no-runtime-webhook @until-0.11.0 @since-0.8.0
  Scenario: Up to v0.11.0 no runtime is rejected for its priority
    Given a ClusterServingRuntime "first-server" that speaks "v1"
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    Then the runtime is accepted

  @rule-no-runtime-webhook @until-0.11.0 @since-0.8.0
  Scenario: Up to v0.11.0 no runtime is rejected for a number of replicas that Go cannot decode
    When a ClusterServingRuntime "model-server" is applied
      """
      replicas: 65536
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
      """
    Then the runtime is accepted
