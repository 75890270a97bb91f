@core
Feature: KServe does not write the choice into the service
  The service stays as its owner wrote it: KServe does not add the name of the selected runtime. So it selects again
  with the next reconcile.

  Background:
    Given a ClusterServingRuntime "model-server" that speaks "v1, v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  @rule-choice-not-persisted
  Scenario: The selected runtime is not stored in the service
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    And it is stored without a runtime

  @rule-choice-not-persisted
  Scenario: The version that the runtime lists is not stored in the service
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    And it is stored without a version

  @rule-choice-not-persisted
  Scenario: The protocol that the runtime speaks is not stored in the service
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    And it is stored without a protocol

  @rule-choice-not-persisted
  Scenario: A runtime that the service names stays in the service
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"
    And it is stored with runtime "model-server"

  @rule-choice-not-persisted
  Scenario: Nothing is stored in a service without a runtime
    When a service in namespace "team-a" requests "onnx"
    Then it has no runtime because of "NoSupportingRuntime"
    And it is stored without a runtime
