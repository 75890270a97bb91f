@rule-explicit-disabled @core
Feature: A disabled runtime cannot be named
  An administrator may disable a runtime without deleting it. A service that names a disabled runtime gets none, and
  no other runtime is tried in its place.

  @claim-d14 @documented
  Scenario: A disabled cluster runtime is not used
    Given a ClusterServingRuntime "model-server" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"

  @claim-d14 @documented
  Scenario: A disabled runtime of the namespace is not used
    Given a ServingRuntime "model-server" in namespace "team-a" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"

  @claim-d14 @documented
  Scenario: A runtime that says it is not disabled is used
    Given these ClusterServingRuntimes
      | name         | format  | version | disabled |
      | model-server | sklearn | 1       | false    |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"

  Scenario: An enabled runtime of another name is not used instead
    Given these ClusterServingRuntimes
      | name          | format  | version | autoSelect | disabled |
      | model-server  | sklearn | 1       | true       | true     |
      | second-server | sklearn | 1       | true       | false    |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"

  @extended
  Scenario: That a runtime is disabled is found before its format is looked at
    Given a ClusterServingRuntime "model-server" that is disabled
      | format  | version | autoSelect |
      | xgboost | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"

  @rule-choice-re-made-at-reconcile
  Scenario: A runtime that is enabled again is used
    Given a ClusterServingRuntime "model-server" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"
    When ClusterServingRuntime "model-server" is enabled
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "model-server"
