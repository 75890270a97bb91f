@extended
Feature: A service keeps its deployment mode
  The controller notes in a service's status how it deploys it. Since v0.15.2 the webhook refuses an update that names
  another mode: whatever the first one made would be left behind. Before, a service could be handed from one
  controller to the other.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" asks for "sklearn"
    Then it runs on ClusterServingRuntime "model-server"

  @rule-mode-is-kept @since-0.15.2
  Scenario: A service that runs is not handed to ModelMesh
    When the service is annotated with "serving.kserve.io/deploymentMode" "ModelMesh"
    Then the service is rejected because "update rejected: deploymentMode cannot be changed from"

  @rule-modelmesh-not-converted @until-0.15.1
  Scenario: A service that runs is handed to ModelMesh
    When the service is annotated with "serving.kserve.io/deploymentMode" "ModelMesh"
    Then the service is accepted
