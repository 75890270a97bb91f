@extended
Feature: The deployment mode of a service cannot be changed
  The controller records in the status how it deploys a service. Since v0.15.2 the webhook rejects an update that sets
  another mode, because the resources of the first mode would be left behind. Before, one controller could hand a
  service over to another. ModelMesh services have the mode in their status only since v0.17.0.

  @rule-mode-is-kept @since-0.15.2
  Scenario: A running service cannot be handed over to ModelMesh
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    When annotation "serving.kserve.io/deploymentMode" of the service is set to "ModelMesh"
    Then the service is rejected with "update rejected: deploymentMode cannot be changed from"

  @rule-modelmesh-not-converted @until-0.15.1
  Scenario: A running service can be handed over to ModelMesh
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    When annotation "serving.kserve.io/deploymentMode" of the service is set to "ModelMesh"
    Then the service is accepted

  @rule-mode-is-kept
  Scenario Outline: Taking a service over from ModelMesh is <verdict> <when>
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
    Examples: The status does not record ModelMesh yet
      | verdict  | when           |
      | accepted | before v0.17.0 |

    @since-0.17.0
    Examples: The status records ModelMesh
      | verdict  | when          |
      | rejected | since v0.17.0 |
