@extended
Feature: A service keeps its deployment mode
  The controller notes in a service's status how it deploys it. Since v0.15.2 the webhook refuses an update that names
  another mode: whatever the first one made would be left behind. Before, a service could be handed from one
  controller to the other. That it is left to ModelMesh is noted since v0.17.0 only.

  @rule-mode-is-kept @since-0.15.2
  Scenario: A service that runs is not handed to ModelMesh
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    When annotation "serving.kserve.io/deploymentMode" of the service is set to "ModelMesh"
    Then the service is rejected with "update rejected: deploymentMode cannot be changed from"

  @rule-modelmesh-not-converted @until-0.15.1
  Scenario: A service that runs is handed to ModelMesh
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    When annotation "serving.kserve.io/deploymentMode" of the service is set to "ModelMesh"
    Then the service is accepted

  @rule-mode-is-kept
  Scenario Outline: A service of ModelMesh is <verdict> when it is to be taken over <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: ModelMesh
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
      """
    Then it is not managed by this controller
    When annotation "serving.kserve.io/deploymentMode" of the service is set to "RawDeployment"
    Then the service is <verdict>

    @until-0.16.0
    Examples: A status says nothing of ModelMesh yet
      | verdict  | when           |
      | accepted | before v0.17.0 |

    @since-0.17.0
    Examples: A status says that it is ModelMesh's
      | verdict  | when          |
      | rejected | since v0.17.0 |
