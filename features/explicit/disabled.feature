@rule-explicit-disabled @core
Feature: A service that names a disabled runtime has no runtime
  An administrator can disable a runtime instead of deleting it. A service that names a disabled runtime has no
  runtime, and KServe does not try another one.

  @claim-d14 @documented
  Scenario: A disabled cluster runtime is not used
    Given a ClusterServingRuntime "model-server" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"

  @claim-d14 @documented
  Scenario: A disabled namespaced runtime is not used
    Given a ServingRuntime "model-server" in namespace "team-a" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"

  @claim-d14 @documented
  Scenario: A runtime that is explicitly not disabled is used
    Given these ClusterServingRuntimes
      | name         | format  | version | disabled |
      | model-server | sklearn | 1       | false    |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"

  Scenario: An enabled runtime with another name is not used instead
    Given these ClusterServingRuntimes
      | name          | format  | version | autoSelect | disabled |
      | model-server  | sklearn | 1       | true       | true     |
      | second-server | sklearn | 1       | true       | false    |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"

  @extended
  Scenario: KServe checks whether a runtime is disabled before it checks the format
    Given a ClusterServingRuntime "model-server" that is disabled
      | format  | version | autoSelect |
      | xgboost | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"

  @rule-choice-made-at-each-reconcile
  Scenario: A runtime is used once it is enabled again
    Given a ClusterServingRuntime "model-server" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it has no runtime because of "RuntimeDisabled"
    When ClusterServingRuntime "model-server" is enabled
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "model-server"
